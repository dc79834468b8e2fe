/* Worker threads: first come, first served. */
#include "http/pool.h"

#include "http/answer.h"
#include "http/exchange.h"
#include "http/shard.h"

#include <signal.h>

struct pool {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct exchange *first;
    struct exchange *last;
    unsigned waiting;
    unsigned waiting_max;
    bool is_closing;
    pthread_t *threads;
    unsigned thread_count;
};

bool pool_put(struct pool *pool, struct exchange *exchange)
{
    pthread_mutex_lock(&pool->lock);
    bool fits = pool->waiting < pool->waiting_max;
    if (fits) {
        exchange->next = NULL;
        if (pool->last)
            pool->last->next = exchange;
        else
            pool->first = exchange;
        pool->last = exchange;
        pool->waiting++;
        pthread_cond_signal(&pool->changed);
    }
    pthread_mutex_unlock(&pool->lock);
    return fits;
}

/* The next one, or NULL when there will be none. */
static struct exchange *pool_take(struct pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    while (!pool->first && !pool->is_closing)
        pthread_cond_wait(&pool->changed, &pool->lock);
    struct exchange *exchange = pool->first;
    if (exchange) {
        pool->first = exchange->next;
        if (!pool->first)
            pool->last = NULL;
        pool->waiting--;
    }
    pthread_mutex_unlock(&pool->lock);
    return exchange;
}

static void *work(void *argument)
{
    struct pool *pool = argument;
    struct exchange *exchange;
    while ((exchange = pool_take(pool))) {
        answer_make(exchange);
        /* Nobody else has it, so compression can be done here and not on the loop. */
        if (atomic_load(&exchange->owners) == 1)
            answer_pack(exchange);
        if (exchange_leave(exchange))
            shard_post(exchange);
    }
    return NULL;
}

bool pool_open(unsigned thread_count, unsigned queue_max, gos_arena *arena, struct pool **out,
               gos_error *err)
{
    struct pool *pool = gos_arena_take(arena, sizeof *pool, err);
    pthread_t *threads = gos_arena_array(arena, thread_count, sizeof *threads, err);
    if (!pool || !threads)
        return false;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->changed, NULL);
    pool->threads = threads;
    pool->waiting_max = queue_max;
    *out = pool;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (pool->thread_count < thread_count &&
           pthread_create(&threads[pool->thread_count], NULL, work, pool) == 0)
        pool->thread_count++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return pool->thread_count == thread_count ||
           gos_fail(err, GOS_OUT_OF_MEMORY, "", "no more threads than %u", pool->thread_count);
}

void pool_close(struct pool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->is_closing = true;
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->thread_count; i++)
        pthread_join(pool->threads[i], NULL);
    pthread_cond_destroy(&pool->changed);
    pthread_mutex_destroy(&pool->lock);
}
