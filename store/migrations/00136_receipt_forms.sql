-- How issued documents looked: the version of the form and its settings, so that they can be drawn again.

-- +goose Up
ALTER TABLE documents ADD COLUMN form text NOT NULL DEFAULT ''; -- '': of before there were forms
ALTER TABLE issued_documents ADD COLUMN form text NOT NULL DEFAULT '';

CREATE TABLE receipt_forms (
    form     text PRIMARY KEY,
    settings bytea NOT NULL -- JSON, as the program that printed it reads them
);
