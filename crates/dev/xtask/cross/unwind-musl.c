/* What gcc's unwinder (libgcc_eh.a, built for glibc) asks of the C library, for musl.
 *
 * Debian has no unwinder for musl, so the one of gcc is linked. Built for glibc 2.35 or later it finds the tables of
 * a program's code with _dl_find_object, which musl lacks; dl_iterate_phdr knows the same. The layout of the answer is
 * glibc's (<dlfcn.h>, struct dl_find_object). */
#define _GNU_SOURCE
#include <link.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

struct answer {
    unsigned long long flags;
    void *map_start;
    void *map_end;
    struct link_map *link_map;
    void *eh_frame;
    unsigned long long reserved[7];
};

struct question {
    uintptr_t address;
    struct answer *answer;
    int found;
};

static int look(struct dl_phdr_info *object, size_t size, void *asked)
{
    struct question *question = asked;
    uintptr_t low = UINTPTR_MAX, high = 0, tables = 0;
    int inside = 0;
    (void)size;
    for (unsigned i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        uintptr_t start = object->dlpi_addr + part->p_vaddr, end = start + part->p_memsz;
        if (part->p_type == PT_GNU_EH_FRAME)
            tables = start;
        if (part->p_type != PT_LOAD)
            continue;
        low = start < low ? start : low;
        high = end > high ? end : high;
        inside |= question->address >= start && question->address < end;
    }
    if (!inside || tables == 0)
        return 0;
    *question->answer = (struct answer){
        .map_start = (void *)low, .map_end = (void *)high, .eh_frame = (void *)tables,
    };
    question->found = 1;
    return 1;
}

int _dl_find_object(void *address, struct answer *answer)
{
    struct question question = { (uintptr_t)address, answer, 0 };
    dl_iterate_phdr(look, &question);
    return question.found ? 0 : -1;
}

/* The unwinder only uses threads' functions if they happen to be linked (weak references). A static program has them
 * only if somebody names them, and without them the unwinder would call address 0. */
__attribute__((used)) static const void *const wanted[] = {
    pthread_once, pthread_key_create, pthread_getspecific,
    pthread_setspecific, pthread_mutex_lock, pthread_mutex_unlock,
};
