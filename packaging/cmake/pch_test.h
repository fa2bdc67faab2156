// What every test file uses beside the standard headers.
#pragma once
#include "packaging/cmake/pch.h"
#include <catch2/catch.hpp>
