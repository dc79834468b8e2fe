/* TLS: the same requests through a certificate, and its exchange without a restart. */
#include "fixture.h"

#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>

/* A key and a self-signed certificate of that name in `folder`. */
static bool make_certificate(const char *folder, const char *name)
{
    char command[512];
    snprintf(command, sizeof command,
             "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
             "-subj /CN=%s -keyout %s/key.pem -out %s/cert.pem 2>/dev/null",
             name, folder, folder);
    return system(command) == 0;
}

struct secure {
    SSL_CTX *context;
    SSL *ssl;
    int client;
};

static struct secure secure_open(const struct http_server *server)
{
    struct secure secure = {.client = client_open(server)};
    secure.context = SSL_CTX_new(TLS_client_method());
    secure.ssl = SSL_new(secure.context);
    SSL_set_fd(secure.ssl, secure.client);
    CHECK_INT(SSL_connect(secure.ssl), 1);
    return secure;
}

static void secure_close(struct secure *secure)
{
    SSL_free(secure->ssl);
    SSL_CTX_free(secure->context);
    client_close(secure->client);
}

static const char *secure_name(struct secure *secure)
{
    static char name[64];
    X509 *certificate = SSL_get1_peer_certificate(secure->ssl);
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name,
                              sizeof name);
    X509_free(certificate);
    return name;
}

/* Sends, then reads until `bytes` of body have come. */
static gos_str secure_ask(struct secure *secure, const char *request, size_t bytes)
{
    static char data[ANSWER_BYTES];
    size_t len = 0;
    gos_str answer = {data, 0};
    CHECK_INT(SSL_write(secure->ssl, request, (int)strlen(request)), strlen(request));
    while (body_of(answer).len < bytes) {
        int count = SSL_read(secure->ssl, data + len, (int)(sizeof data - len));
        if (count <= 0)
            break;
        len += (size_t)count;
        answer.len = len;
    }
    return answer;
}

static struct http_config secure_config(const char *folder, char *cert, char *key)
{
    struct http_config config = fixture_config();
    sprintf(cert, "%s/cert.pem", folder);
    sprintf(key, "%s/key.pem", folder);
    config.tls_cert = cert;
    config.tls_key = key;
    return config;
}

TEST(http_tls, serves_the_same_through_tls)
{
    const char *folder = test_folder();
    char cert[128], key[128];
    struct http_config config = secure_config(folder, cert, key);
    if (!make_certificate(folder, "one")) {
        test_skip("there is no openssl command");
        return;
    }
    struct http_server *server = fixture_start(&config);
    struct secure secure = secure_open(server);

    CHECK_TEXT(body_of(secure_ask(&secure, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n", 14)),
               "{\"hello\":true}");
    CHECK_INT(body_of(secure_ask(&secure, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n", 300000)).len,
              300000);
    gos_str both = secure_ask(&secure,
                              "POST /pool/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n"
                              "abcGET /items/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                              1000);
    CHECK_HAS(both, "\r\n\r\nabcHTTP/1.1 200 OK\r\n");
    CHECK_HAS(both, "\r\n\r\nGET id=1");
    secure_close(&secure);
    fixture_stop(server);
}

TEST(http_tls, takes_a_new_certificate_while_serving)
{
    const char *folder = test_folder();
    char cert[128], key[128];
    struct http_config config = secure_config(folder, cert, key);
    gos_error err = {0};
    if (!make_certificate(folder, "one")) {
        test_skip("there is no openssl command");
        return;
    }
    struct http_server *server = fixture_start(&config);
    struct secure before = secure_open(server);
    CHECK_TEXT(gos_str_from(secure_name(&before)), "one");

    CHECK(make_certificate(folder, "two"));
    CHECK_OK(http_tls_reload(server, &err), &err);

    struct secure after = secure_open(server);
    CHECK_TEXT(gos_str_from(secure_name(&after)), "two");
    CHECK_INT(status_of(secure_ask(&before, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n", 14)), 200);
    remove(cert);
    CHECK_FAILS(http_tls_reload(server, &err), &err, GOS_BAD_INPUT, "/tls");
    struct secure still = secure_open(server);
    CHECK_TEXT(gos_str_from(secure_name(&still)), "two");
    secure_close(&before);
    secure_close(&after);
    secure_close(&still);
    fixture_stop(server);
}

TEST(http_tls, refuses_to_start_without_both_files)
{
    struct http_config config = fixture_config();
    struct http_server *server;
    gos_error err = {0};

    config.tls_cert = "/nowhere/cert.pem";
    CHECK_FAILS(http_start(&config, &server, &err), &err, GOS_BAD_INPUT, "/tls");
    config.tls_key = "/nowhere/key.pem";
    CHECK_FAILS(http_start(&config, &server, &err), &err, GOS_BAD_INPUT, "/tls");
}

TEST(http_tls, closes_on_plain_http)
{
    const char *folder = test_folder();
    char cert[128], key[128];
    struct http_config config = secure_config(folder, cert, key);
    if (!make_certificate(folder, "one")) {
        test_skip("there is no openssl command");
        return;
    }
    struct http_server *server = fixture_start(&config);

    CHECK(
        !str_starts_with(ask(server, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"), GOS_LIT("HTTP/")));

    fixture_stop(server);
}
