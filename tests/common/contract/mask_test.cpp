#include <catch2/catch.hpp>

#include "common/contract/codec.h"

using namespace tillsync;

TEST_CASE("mask: a card number keeps its last four digits", "[contract][mask]") {
  CHECK(mask_card_numbers("4111111111111111") == "************1111");
  CHECK(mask_card_numbers("378282246310005") == "***********0005");
  CHECK(mask_card_numbers("pay 5555555555554444.") == "pay ************4444.");
  CHECK(mask_card_numbers("4111 1111 1111 1111") == "**** **** **** 1111");
  CHECK(mask_card_numbers("4111-1111-1111-1111") == "****-****-****-1111");
}

TEST_CASE("mask: 13 and 19 digits are cards, 12 and 20 are not", "[contract][mask]") {
  CHECK(mask_card_numbers("4222222222222") == "*********2222");
  CHECK(mask_card_numbers("6304000000000000000") == "***************0000");
  CHECK(mask_card_numbers("422222222222") == "422222222222");
  CHECK(mask_card_numbers("41111111111111110000") == "41111111111111110000");
}

TEST_CASE("mask: what fails the Luhn check stays", "[contract][mask]") {
  CHECK(mask_card_numbers("4111111111111112") == "4111111111111112");
  CHECK(mask_card_numbers("0000000000000000") == "0000000000000000");
  CHECK(mask_card_numbers("") == "");
  CHECK(mask_card_numbers("no digits at all here") == "no digits at all here");
}

TEST_CASE("mask: other groups of digits around a card number do not hide it", "[contract][mask]") {
  CHECK(mask_card_numbers("2010-12-01 4111 1111 1111 1111 12/24") == "2010-12-01 **** **** **** 1111 12/24");
  CHECK(mask_card_numbers("4111111111111111 5555555555554444") == "************1111 ************4444");
  CHECK(mask_card_numbers("4111111111111111=2512") == "************1111=2512");
  CHECK(mask_card_numbers("4111  1111  1111  1111") == "4111  1111  1111  1111");  // two spaces part two numbers
}
