-- +goose Up
-- btree_gist lets an exclusion constraint compare ids for equality beside dates for overlap.
CREATE EXTENSION IF NOT EXISTS btree_gist;
