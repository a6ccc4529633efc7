#pragma once

#include <stdbool.h>
#include <stdint.h>

/// How many test cases can have a name of their own.
uint32_t tributary_test_slots(void);

/// Calls the test target's `tributary_conformance`, which says what is to be proved; false when there is none.
bool tributary_register_conformance(void);
