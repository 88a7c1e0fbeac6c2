package io.nvmelm.core.controller;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// Whose the identifiers of the User Data Migration Queues of one controlling controller are. After a reset, or after a suspension that
/// deletes queues, a creation may be answered with an identifier that an earlier queue had: that one is gone then, and no command may
/// name it any more. Thread-safe.
final class UserDataQueueIdentifiers {
    private final ConcurrentMap<Integer, UserDataQueue> owners = new ConcurrentHashMap<>();

    /// A queue was created with this identifier (CDQID), so that no other queue has it.
    void take(int queueId, UserDataQueue owner) {
        owners.put(queueId, owner);
    }

    /// Whether this identifier is still of this queue, for all that is known.
    boolean isOf(int queueId, UserDataQueue owner) {
        return owners.get(queueId) == owner;
    }

    /// A queue is gone. Changes nothing when its identifier is another one's already.
    void giveUp(int queueId, UserDataQueue owner) {
        owners.remove(queueId, owner);
    }
}
