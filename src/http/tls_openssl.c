/* TLS 1.2 and 1.3 by OpenSSL, over memory buffers so that the loop alone touches sockets. */
#include "http/tls.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <time.h>

struct tls_context {
    pthread_mutex_t lock;
    SSL_CTX *current;
    gos_str cert;
    gos_str key;
};

/* struct tls has no content of its own: it is OpenSSL's. */
static SSL *ssl_of(struct tls *tls)
{
    return (SSL *)tls;
}

static const char *reason(void)
{
    const char *text = ERR_reason_error_string(ERR_peek_last_error());
    return text ? text : "it cannot be read";
}

/* Of what a client offers we speak one protocol. */
static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_len,
                           const unsigned char *offered, unsigned offered_len, void *user)
{
    static const unsigned char ours[] = "\x08http/1.1";
    (void)ssl;
    (void)user;
    unsigned char *chosen;
    if (SSL_select_next_proto(&chosen, out_len, ours, sizeof ours - 1, offered, offered_len) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

static bool files_load(SSL_CTX *made, const struct tls_context *context, gos_error *err)
{
    if (SSL_CTX_use_certificate_chain_file(made, context->cert.data) != 1)
        return gos_fail(err, GOS_BAD_INPUT, "/tls", "certificate %s: %s", context->cert.data,
                        reason());
    if (SSL_CTX_use_PrivateKey_file(made, context->key.data, SSL_FILETYPE_PEM) != 1)
        return gos_fail(err, GOS_BAD_INPUT, "/tls", "key %s: %s", context->key.data, reason());
    if (SSL_CTX_check_private_key(made) != 1)
        return gos_fail(err, GOS_BAD_INPUT, "/tls", "key %s does not belong to certificate %s",
                        context->key.data, context->cert.data);
    return true;
}

static SSL_CTX *context_make(const struct tls_context *context, gos_error *err)
{
    ERR_clear_error();
    SSL_CTX *made = SSL_CTX_new(TLS_server_method());
    if (!made) {
        gos_fail(err, GOS_OUT_OF_MEMORY, "/tls", "no memory for TLS");
        return NULL;
    }
    SSL_CTX_set_min_proto_version(made, TLS1_2_VERSION);
    SSL_CTX_set_options(made, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(made, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_alpn_select_cb(made, choose_protocol, NULL);
    if (!files_load(made, context, err)) {
        SSL_CTX_free(made);
        return NULL;
    }
    return made;
}

bool tls_context_open(const char *cert, const char *key, gos_arena *arena, struct tls_context **out,
                      gos_error *err)
{
    struct tls_context *context = gos_arena_take(arena, sizeof *context, err);
    if (!context)
        return false;
    context->cert = gos_arena_text(arena, gos_str_from(cert), err);
    context->key = gos_arena_text(arena, gos_str_from(key), err);
    if (!context->cert.data || !context->key.data)
        return false;
    context->current = context_make(context, err);
    if (!context->current)
        return false;
    pthread_mutex_init(&context->lock, NULL);
    *out = context;
    return true;
}

bool tls_context_reload(struct tls_context *context, gos_error *err)
{
    SSL_CTX *made = context_make(context, err);
    if (!made)
        return false;
    pthread_mutex_lock(&context->lock);
    SSL_CTX *old = context->current;
    context->current = made;
    pthread_mutex_unlock(&context->lock);
    SSL_CTX_free(old);
    return true;
}

int64_t tls_context_expires(struct tls_context *context)
{
    struct tm end = {0};
    pthread_mutex_lock(&context->lock);
    bool read =
        ASN1_TIME_to_tm(X509_get0_notAfter(SSL_CTX_get0_certificate(context->current)), &end) == 1;
    pthread_mutex_unlock(&context->lock);
    return read ? (int64_t)timegm(&end) * 1000 : INT64_MAX;
}

void tls_context_close(struct tls_context *context)
{
    if (!context)
        return;
    SSL_CTX_free(context->current);
    pthread_mutex_destroy(&context->lock);
}

struct tls *tls_open(struct tls_context *context)
{
    pthread_mutex_lock(&context->lock);
    SSL *ssl = SSL_new(context->current);
    pthread_mutex_unlock(&context->lock);
    BIO *in = BIO_new(BIO_s_mem());
    BIO *out = BIO_new(BIO_s_mem());
    if (!ssl || !in || !out) {
        SSL_free(ssl);
        BIO_free(in);
        BIO_free(out);
        return NULL;
    }
    SSL_set_bio(ssl, in, out);
    SSL_set_accept_state(ssl);
    return (struct tls *)ssl;
}

void tls_close(struct tls *tls)
{
    SSL_free(ssl_of(tls));
}

bool tls_feed(struct tls *tls, gos_str bytes)
{
    return bytes.len <= INT_MAX &&
           BIO_write(SSL_get_rbio(ssl_of(tls)), bytes.data, (int)bytes.len) == (int)bytes.len;
}

int tls_read(struct tls *tls, char *out, size_t bytes_max)
{
    ERR_clear_error();
    int count = SSL_read(ssl_of(tls), out, bytes_max < INT_MAX ? (int)bytes_max : INT_MAX);
    if (count > 0)
        return count;
    return SSL_get_error(ssl_of(tls), count) == SSL_ERROR_WANT_READ ? 0 : -1;
}

bool tls_write(struct tls *tls, gos_str bytes)
{
    size_t written;
    ERR_clear_error();
    return bytes.len == 0 || SSL_write_ex(ssl_of(tls), bytes.data, bytes.len, &written) == 1;
}

void tls_end(struct tls *tls)
{
    ERR_clear_error();
    if (SSL_is_init_finished(ssl_of(tls)))
        SSL_shutdown(ssl_of(tls));
}

gos_str tls_output(struct tls *tls)
{
    char *data = NULL;
    long len = BIO_get_mem_data(SSL_get_wbio(ssl_of(tls)), &data);
    return (gos_str){data, len > 0 ? (size_t)len : 0};
}

void tls_sent(struct tls *tls)
{
    (void)BIO_reset(SSL_get_wbio(ssl_of(tls)));
}
