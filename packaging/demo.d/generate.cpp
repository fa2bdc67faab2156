#include "packaging/demo.d/generate.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "packaging/demo.d/random.h"

namespace tillsync::demo {
namespace {

constexpr std::int64_t kMilli = 1'000;
constexpr std::int64_t kMicroPerPenny = 10'000;
constexpr std::int64_t kMinuteMicros = 60'000'000;
constexpr std::int64_t kDayMicros = 86'400'000'000;
constexpr Date kFirstDate{14'976};  // 2011-01-02, a Sunday: two days of the old rate of tax
constexpr std::int64_t kOpensMinute = 8 * 60, kClosesMinute = 19 * 60;
constexpr std::int64_t kFirstInvoice = 600'001;
constexpr std::size_t kGoodsCount = 160;

constexpr std::array<std::string_view, 10> kColours = {"RED",   "WHITE", "BLUE",  "IVORY", "PINK",
                                                       "GREEN", "BLACK", "BRASS", "GLASS", "RETRO"};
constexpr std::array<std::string_view, 16> kThings = {
    "LANTERN",         "T-LIGHT HOLDER", "CAKE STAND",      "LUNCH BOX",       "ALARM CLOCK",    "DOORMAT",
    "HOT WATER BOTTLE","PENCIL CASE",    "TEA TOWEL",       "PICTURE FRAME 7\" HIGH", "STORAGE JAR", "CUSHION, ROUND",
    "WRAPPING PAPER",  "BUNTING",        "SET OF 6 SPOONS", "RECIPE BOX "};
constexpr std::array<std::string_view, 8> kStockNotes = {"damages", "found",          "thrown away", "",
                                                         "samples", "wrong barcode?", "sold as sets", "?"};

struct Goods {
  std::string code, description;
  std::int64_t price_micro = 0;
};

struct Shop {
  std::string_view country;
  std::int64_t share;       // of ten invoices
  bool posts_parcels;       // a line of POST on the invoice
  std::int64_t first_customer;
};
constexpr std::array<Shop, 3> kShops = {{{"United Kingdom", 6, false, 17'000}, {"Germany", 2, true, 12'600}, {"France", 2, true, 12'400}}};

class Generator {
 public:
  explicit Generator(const GenerateOptions& options) : options_(options), random_(options.seed) { make_goods(); }

  std::vector<RetailRow> run() {
    for (int day = 0; day < options_.days; ++day) {
      date_ = {kFirstDate.days + day};
      for (int i = 0; i < options_.invoices_per_day; ++i) {
        minute_ = kOpensMinute + i * (kClosesMinute - kOpensMinute) / std::max(1, options_.invoices_per_day);
        sale();
        if (random_.one_in(7)) goods_return();
        if (random_.one_in(9)) adjustment();
      }
      oddities(day);
    }
    std::stable_sort(rows_.begin(), rows_.end(), [](const RetailRow& a, const RetailRow& b) { return a.at < b.at; });
    return std::move(rows_);
  }

 private:
  void make_goods() {
    for (std::size_t i = 0; i < kGoodsCount; ++i) {
      Goods goods;
      goods.code = std::to_string(20'000 + 37 * i);
      if (i % 5 == 1) goods.code.push_back(static_cast<char>('A' + i % 7));
      goods.description = std::string(kColours[i % kColours.size()]) + ' ' + std::string(kThings[(i / kColours.size()) % kThings.size()]);
      goods.price_micro = (25 + 10 * random_.below(90) + (random_.one_in(2) ? 5 : 0)) * kMicroPerPenny;
      goods_.push_back(goods);
      // Every fifth code with a letter has a twin in the other case: another SKU at the web shop's price.
      if (i % 25 == 1) {
        goods.code.back() = static_cast<char>(goods.code.back() - 'A' + 'a');
        goods.price_micro = goods.price_micro * 2 + 3 * kMicroPerPenny;
        goods_.push_back(goods);
      }
    }
    goods_.push_back({"PADS", "PADS TO MATCH ALL CUSHIONS", 1'000});  // 0.001 a piece
  }

  const Shop& pick_shop() {
    std::int64_t n = random_.below(10);
    for (const auto& shop : kShops)
      if ((n -= shop.share) < 0) return shop;
    return kShops[0];
  }
  const Goods& pick_goods() { return goods_[static_cast<std::size_t>(random_.below(static_cast<std::int64_t>(goods_.size())))]; }
  std::string pick_customer(const Shop& shop) {
    return random_.one_in(4) ? std::string() : std::to_string(shop.first_customer + random_.below(60));
  }
  std::string next_number() { return std::to_string(kFirstInvoice + invoices_++); }

  void begin(std::string number, const Shop& shop, std::string customer) {
    head_ = {};
    head_.invoice = std::move(number);
    head_.country = shop.country;
    head_.customer = std::move(customer);
    head_.at = {date_.days * kDayMicros + minute_ * kMinuteMicros};
  }
  void line(std::string_view code, std::string_view description, std::int64_t units, std::int64_t price_micro) {
    RetailRow row = head_;
    row.stock_code = code;
    row.description = description;
    row.quantity.milli = units * kMilli;
    row.price.micro = price_micro;
    rows_.push_back(std::move(row));
  }
  void line(const Goods& goods, std::int64_t units) { line(goods.code, goods.description, units, goods.price_micro); }

  void sale() {
    const Shop& shop = pick_shop();
    begin(next_number(), shop, pick_customer(shop));
    const std::int64_t lines = 1 + random_.below(random_.one_in(5) ? 30 : 8);
    for (std::int64_t i = 0; i < lines; ++i) {
      const Goods& goods = pick_goods();
      const std::int64_t units = random_.one_in(3) ? 12 * (1 + random_.below(6)) : 1 + random_.below(6);
      line(goods, units);
      if (random_.one_in(20)) line(goods, units);                                          // scanned twice
      if (random_.one_in(30)) line(goods.code, goods.description, 1, 0);                   // given with the order
      if (random_.one_in(40)) head_.at.micros += kMinuteMicros;                            // the invoice runs over a minute
    }
    if (shop.posts_parcels) line("POST", "POSTAGE", 1 + random_.below(3), 18 * 100 * kMicroPerPenny);
    if (random_.one_in(25)) line("M", "Manual", 1, (100 + random_.below(2'000)) * kMicroPerPenny);
    if (!shop.posts_parcels && random_.one_in(15)) line("DOT", "DOTCOM POSTAGE", 1, (5'000 + random_.below(40'000)) * kMicroPerPenny);
    if (!shop.posts_parcels && random_.one_in(30)) line("gift_0001_20", "Gift Voucher £20.00", 1, 1'702 * kMicroPerPenny);
  }

  void goods_return() {
    const Shop& shop = pick_shop();
    begin("C" + next_number(), shop, pick_customer(shop));
    if (random_.one_in(6)) {
      line("D", "Discount", -1, (500 + random_.below(5'000)) * kMicroPerPenny);
      return;
    }
    const std::int64_t lines = 1 + random_.below(3);
    for (std::int64_t i = 0; i < lines; ++i) line(pick_goods(), -(1 + random_.below(12)));
    if (random_.one_in(12)) line("S", "SAMPLES", -1, (500 + random_.below(3'000)) * kMicroPerPenny);
  }

  void adjustment() {
    begin(next_number(), pick_shop(), "");
    const Goods& goods = pick_goods();
    const std::int64_t units = 1 + random_.below(40);
    const auto note = kStockNotes[static_cast<std::size_t>(random_.below(static_cast<std::int64_t>(kStockNotes.size())))];
    line(goods.code, note, note == "found" ? units : -units, 0);
  }

  /// What a real file has once or twice a month stands once in every run.
  void oddities(int day) {
    minute_ = kClosesMinute - 30;
    if (day == 0) {
      begin(next_number(), kShops[0], "16446");
      line("23843", "PAPER CRAFT, LITTLE BIRDIE", 80'995, 208 * kMicroPerPenny);
      minute_ += 12;
      begin("C" + next_number(), kShops[0], "16446");
      line("23843", "PAPER CRAFT, LITTLE BIRDIE", -80'995, 208 * kMicroPerPenny);
      begin(next_number(), kShops[1], pick_customer(kShops[1]));  // an exchange: goods come back on a sale
      line(goods_[0], -2);
      line(goods_[1], 3);
      begin(next_number(), kShops[0], "");
      line("DOT", "", 1'000, 0);  // no goods, so no stock either
      begin("C" + next_number(), kShops[0], "");
      line("CRUK", "CRUK Commission", -1, 1'600 * kMicroPerPenny);
      minute_ += 1;
      begin("A563185", kShops[0], "");
      line("B", "Adjust bad debt", 1, 1'106'206 * kMicroPerPenny);
      begin("A563186", kShops[0], "");
      line("B", "Adjust bad debt", 1, -1'106'206 * kMicroPerPenny);
      begin("A563187", kShops[0], "");
      line("B", "Adjust bad debt", 1, -1'106'206 * kMicroPerPenny);
    }
    begin("C" + next_number(), kShops[0], "");
    line("AMAZONFEE", "AMAZON FEE", -1, (10'000 + random_.below(900'000)) * kMicroPerPenny);
    begin(next_number(), kShops[0], "15823");
    line("BANK CHARGES", "Bank Charges", 1, 1'500 * kMicroPerPenny);
    begin(next_number(), kShops[2], "12415");
    line("C2", "CARRIAGE", 1, 5'000 * kMicroPerPenny);
    line(pick_goods(), 24);
  }

  GenerateOptions options_;
  Random random_;
  std::vector<Goods> goods_;
  std::vector<RetailRow> rows_;
  RetailRow head_;
  Date date_;
  std::int64_t minute_ = 0;
  std::int64_t invoices_ = 0;
};

}  // namespace

std::vector<RetailRow> generate(const GenerateOptions& options) { return Generator(options).run(); }

}  // namespace tillsync::demo
