-- For finding items that an ERP which folds case would take for one (erp_items).
CREATE INDEX product_by_item ON product (lower(CASE erp_item WHEN '' THEN sku ELSE erp_item END));
