// Test content records as Swift Testing documents them (Documentation/ABI/TestContent.md, "Runtime-discoverable test
// content"): a section of the program holds a record for each test, and the record's function makes the test when the
// program runs. The conformance kit learns its cases from the fixtures, so the records here are slots: the function of
// slot n asks TributaryTesting for the n-th case, and says no when there are fewer.

#include "CTestCases.h"

#include <stddef.h>

#if defined(__APPLE__)
#include <dlfcn.h>
#define SECTION "__DATA_CONST,__swift5_tests"
#else
#define SECTION "swift5_tests"
#endif

// Defined in TributaryTesting.
extern bool tributary_test_case(uint32_t slot, void *out, const void *type);

#if defined(__APPLE__)
bool tributary_register_conformance(void) {
    void (*registration)(void) = (void (*)(void))dlsym(RTLD_DEFAULT, "tributary_conformance");
    if (!registration) return false;
    registration();
    return true;
}
#else
// Defined in the user's test target, if at all.
extern void tributary_conformance(void) __attribute__((weak));

bool tributary_register_conformance(void) {
    if (!tributary_conformance) return false;
    tributary_conformance();
    return true;
}
#endif

typedef bool (*accessor)(void *out, const void *type, const void *hint, uintptr_t reserved);

struct record {
    uint32_t kind;
    uint32_t reserved1;
    accessor accessor;
    uintptr_t context;
    uintptr_t reserved2;
};

// A record's function is not told which record it is called for, so each slot has its own.
#define SLOT(n)                                                                                     \
    static bool slot_##n(void *out, const void *type, const void *hint, uintptr_t reserved) {      \
        (void)hint, (void)reserved;                                                                 \
        return tributary_test_case(0x##n, out, type);                                               \
    }
#define RECORD(n) {0x74657374 /* 'test' */, 0, slot_##n, 0x##n, 0},

// The preprocessor does not expand a macro within itself, so each digit has its own.
#define SLOTS_1(n) \
    SLOT(n##0) SLOT(n##1) SLOT(n##2) SLOT(n##3) SLOT(n##4) SLOT(n##5) \
    SLOT(n##6) SLOT(n##7) SLOT(n##8) SLOT(n##9) SLOT(n##a) SLOT(n##b) \
    SLOT(n##c) SLOT(n##d) SLOT(n##e) SLOT(n##f)
#define SLOTS_2(n) \
    SLOTS_1(n##0) SLOTS_1(n##1) SLOTS_1(n##2) SLOTS_1(n##3) SLOTS_1(n##4) SLOTS_1(n##5) \
    SLOTS_1(n##6) SLOTS_1(n##7) SLOTS_1(n##8) SLOTS_1(n##9) SLOTS_1(n##a) SLOTS_1(n##b) \
    SLOTS_1(n##c) SLOTS_1(n##d) SLOTS_1(n##e) SLOTS_1(n##f)
#define SLOTS_3(n) \
    SLOTS_2(n##0) SLOTS_2(n##1) SLOTS_2(n##2) SLOTS_2(n##3) SLOTS_2(n##4) SLOTS_2(n##5) \
    SLOTS_2(n##6) SLOTS_2(n##7) SLOTS_2(n##8) SLOTS_2(n##9) SLOTS_2(n##a) SLOTS_2(n##b) \
    SLOTS_2(n##c) SLOTS_2(n##d) SLOTS_2(n##e) SLOTS_2(n##f)
#define RECORDS_1(n) \
    RECORD(n##0) RECORD(n##1) RECORD(n##2) RECORD(n##3) RECORD(n##4) RECORD(n##5) \
    RECORD(n##6) RECORD(n##7) RECORD(n##8) RECORD(n##9) RECORD(n##a) RECORD(n##b) \
    RECORD(n##c) RECORD(n##d) RECORD(n##e) RECORD(n##f)
#define RECORDS_2(n) \
    RECORDS_1(n##0) RECORDS_1(n##1) RECORDS_1(n##2) RECORDS_1(n##3) RECORDS_1(n##4) RECORDS_1(n##5) \
    RECORDS_1(n##6) RECORDS_1(n##7) RECORDS_1(n##8) RECORDS_1(n##9) RECORDS_1(n##a) RECORDS_1(n##b) \
    RECORDS_1(n##c) RECORDS_1(n##d) RECORDS_1(n##e) RECORDS_1(n##f)
#define RECORDS_3(n) \
    RECORDS_2(n##0) RECORDS_2(n##1) RECORDS_2(n##2) RECORDS_2(n##3) RECORDS_2(n##4) RECORDS_2(n##5) \
    RECORDS_2(n##6) RECORDS_2(n##7) RECORDS_2(n##8) RECORDS_2(n##9) RECORDS_2(n##a) RECORDS_2(n##b) \
    RECORDS_2(n##c) RECORDS_2(n##d) RECORDS_2(n##e) RECORDS_2(n##f)

SLOTS_3(0)
SLOTS_3(1)

__attribute__((used, retain, section(SECTION))) static const struct record records[] = {RECORDS_3(0) RECORDS_3(1)};

uint32_t tributary_test_slots(void) { return sizeof(records) / sizeof(records[0]); }
