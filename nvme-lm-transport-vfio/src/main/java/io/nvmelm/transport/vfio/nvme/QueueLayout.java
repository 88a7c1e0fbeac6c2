package io.nvmelm.transport.vfio.nvme;

/// Where the parts of a queue pair lie in its memory: submission ring, completion ring, PRP lists of each slot, each on a page of
/// its own.
///
/// @param entries         entries of each ring, 2 or more
/// @param pageBytes       page size of the controller
/// @param listPagesOfSlot PRP list pages of each slot
record QueueLayout(int entries, int pageBytes, int listPagesOfSlot) {

    long completionOffset() {
        return AlignedMemory.pages(SubmissionRing.byteSize(entries), pageBytes);
    }

    long listsOffset() {
        return completionOffset() + AlignedMemory.pages(CompletionRing.byteSize(entries), pageBytes);
    }

    long byteSize() {
        return listsOffset() + (entries - 1L) * listPagesOfSlot * pageBytes;
    }
}
