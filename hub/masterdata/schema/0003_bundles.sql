-- Products that have parts. NULL: put before this column was there; migrate_masterdata looks into the document.
ALTER TABLE product ADD COLUMN is_bundle INTEGER;
CREATE INDEX product_bundle ON product (sku) WHERE is_bundle = 1;
CREATE INDEX product_not_looked_at ON product (sku) WHERE is_bundle IS NULL;
