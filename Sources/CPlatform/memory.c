#ifdef __linux__
#define _GNU_SOURCE
#endif
#include "CPlatform.h"

#ifdef __GLIBC__

#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

// Of the program and its libraries, the parts that are mapped from their files without a right to write. What the
// dynamic linker changed and protected afterwards (RELRO) lies within writable parts, so nothing here differs from the
// file.
static int release_object(struct dl_phdr_info *object, size_t size, void *context) {
    (void)size, (void)context;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        if (part->p_type != PT_LOAD || (part->p_flags & PF_W)) continue;
        uintptr_t start = (object->dlpi_addr + part->p_vaddr) & ~(page - 1);
        uintptr_t end = (object->dlpi_addr + part->p_vaddr + part->p_filesz) & ~(page - 1);
        // Refused for what is no file (the vDSO): then there is nothing to give back.
        if (end > start) madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 0;
}

void cs_release_idle_memory(void) {
    malloc_trim(0);
    dl_iterate_phdr(release_object, NULL);
}

#else

void cs_release_idle_memory(void) {}

#endif
