package io.nvmelm.core.stream;

import io.nvmelm.FailureCategory;

/// What the other side of a migration said about its failure.
///
/// @param category what a caller can do about it there
/// @param text     what happened, for people
public record PeerFailure(FailureCategory category, String text) {}
