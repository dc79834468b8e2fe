/* The demo's definitions, carried inside the program. */
#include "cli/traffic.h"

__asm__(".section .rodata\n"
        ".global gosset_demo_document\n"
        ".global gosset_demo_document_end\n"
        "gosset_demo_document:\n"
        ".incbin \"" GOSSET_DEMO_DOCUMENT "\"\n"
        "gosset_demo_document_end:\n"
        ".byte 0\n"
        ".previous\n");

extern const char gosset_demo_document[];
extern const char gosset_demo_document_end[];

gos_str traffic_document(void)
{
    return (gos_str){gosset_demo_document,
                     (size_t)(gosset_demo_document_end - gosset_demo_document)};
}
