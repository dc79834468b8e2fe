/* Bytes of a server's stream, as the client library reads them; in two pieces. */
#include "client/notice.h"

static void heard(void *user, gos_str hash)
{
    *(size_t *)user += hash.len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct notice_reader reader = {0};
    size_t seen = 0, half = size / 2;
    notice_read(&reader, (gos_str){(const char *)data, half}, heard, &seen);
    notice_read(&reader, (gos_str){(const char *)data + half, size - half}, heard, &seen);
    return 0;
}
