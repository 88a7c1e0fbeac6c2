/// The rules of the standard's live migration clauses, and which test proves each.
package io.nvmelm.rules;
