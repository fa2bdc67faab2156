-- Which rules of leases a product follows; '' = none.
ALTER TABLE product ADD COLUMN stock_class TEXT NOT NULL DEFAULT '';
CREATE INDEX product_by_stock_class ON product (stock_class) WHERE stock_class <> '';
