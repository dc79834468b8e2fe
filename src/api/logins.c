/* Tries are counted by the generic cell rate algorithm, hashing waits for its turn. */
#include "api/logins.h"

#include "base/hash.h"

#include <pthread.h>
#include <stdlib.h>

enum { PLACE_COUNT = 4096, HASHING_MAX = 2, WAITING_MAX = 6 };

struct logins {
    pthread_mutex_t lock;
    pthread_cond_t turn;
    int hashing;
    int waiting;
    uint64_t seed;
    int64_t next_ms[PLACE_COUNT]; /* when the tries so far would have come at the allowed pace */
};

/* Of a random password that nobody knows, with the cost of all others. */
#define HASH_OF_NOBODY                                                                             \
    "$argon2id$v=19$m=65536,t=2,p=1$MF7nLp0cc3A7abmA7iIJww$"                                       \
    "jYNWJqywH8bKzpdE2D8IVHPfEIFhLujyn/Ksl+uVQyE"

bool logins_open(struct logins **out, gos_error *err)
{
    struct logins *logins = calloc(1, sizeof *logins);
    if (!logins)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for logins");
    pthread_mutex_init(&logins->lock, NULL);
    pthread_cond_init(&logins->turn, NULL);
    secret_random(&logins->seed, sizeof logins->seed);
    *out = logins;
    return true;
}

void logins_close(struct logins *logins)
{
    if (!logins)
        return;
    pthread_mutex_destroy(&logins->lock);
    pthread_cond_destroy(&logins->turn);
    free(logins);
}

static int64_t *place_of(struct logins *logins, gos_str name, uint64_t kind)
{
    return &logins->next_ms[hash_xxh3(name, logins->seed + kind) % PLACE_COUNT];
}

/* How far ahead of the allowed pace one more try would be; 0 or less is allowed. */
static int64_t ahead_ms(const int64_t *next_ms, int64_t now_ms)
{
    int64_t from = *next_ms > now_ms ? *next_ms : now_ms;
    return from + LOGIN_INTERVAL_MS - now_ms - (int64_t)LOGIN_TRIES * LOGIN_INTERVAL_MS;
}

static void place_move(int64_t *next_ms, int64_t now_ms)
{
    *next_ms = (*next_ms > now_ms ? *next_ms : now_ms) + LOGIN_INTERVAL_MS;
}

bool logins_try(struct logins *logins, gos_str account, gos_str address, int64_t now_ms,
                int64_t *out_wait_s, gos_error *err)
{
    pthread_mutex_lock(&logins->lock);
    int64_t *places[] = {place_of(logins, account, 0), place_of(logins, address, 1)};
    int64_t ahead = ahead_ms(places[0], now_ms);
    if (ahead_ms(places[1], now_ms) > ahead)
        ahead = ahead_ms(places[1], now_ms);
    for (int i = 0; i < 2 && ahead <= 0; i++)
        place_move(places[i], now_ms);
    pthread_mutex_unlock(&logins->lock);
    *out_wait_s = ahead > 0 ? (ahead + 999) / 1000 : 0;
    return ahead <= 0 || gos_fail(err, GOS_OVERLOADED, "",
                                  "too many logins were tried; come back in %lld seconds",
                                  (long long)*out_wait_s);
}

void logins_forgive(struct logins *logins, gos_str account, gos_str address)
{
    pthread_mutex_lock(&logins->lock);
    *place_of(logins, account, 0) -= LOGIN_INTERVAL_MS;
    *place_of(logins, address, 1) -= LOGIN_INTERVAL_MS;
    pthread_mutex_unlock(&logins->lock);
}

/* A turn to hash; workers are for others too, so that only a few may wait. */
static bool turn_take(struct logins *logins, gos_error *err)
{
    pthread_mutex_lock(&logins->lock);
    bool taken = logins->hashing < HASHING_MAX || logins->waiting < WAITING_MAX;
    if (taken) {
        logins->waiting++;
        while (logins->hashing >= HASHING_MAX)
            pthread_cond_wait(&logins->turn, &logins->lock);
        logins->waiting--;
        logins->hashing++;
    }
    pthread_mutex_unlock(&logins->lock);
    return taken || gos_fail(err, GOS_OVERLOADED, "",
                             "too many passwords are being checked; come back in a second");
}

static void turn_give(struct logins *logins)
{
    pthread_mutex_lock(&logins->lock);
    logins->hashing--;
    pthread_cond_signal(&logins->turn);
    pthread_mutex_unlock(&logins->lock);
}

bool logins_check(struct logins *logins, gos_str password, gos_str hash, bool *out_right,
                  gos_error *err)
{
    if (!turn_take(logins, err))
        return false;
    bool right = secret_password_check(password, hash.len > 0 ? hash.data : HASH_OF_NOBODY);
    turn_give(logins);
    *out_right = right && hash.len > 0;
    return true;
}

bool logins_hash(struct logins *logins, gos_str password, char out[PASSWORD_HASH_BYTES],
                 gos_error *err)
{
    if (password.len < PASSWORD_BYTES_MIN || password.len > PASSWORD_BYTES_MAX)
        return gos_fail(err, GOS_BAD_INPUT, "/password", "a password has %d to %d bytes, not %zu",
                        PASSWORD_BYTES_MIN, PASSWORD_BYTES_MAX, password.len);
    if (!turn_take(logins, err))
        return false;
    bool done = secret_password_hash(password, out, err);
    turn_give(logins);
    return done;
}
