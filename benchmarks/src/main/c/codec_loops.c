/* The loops that the codec benchmarks compare with, in C: many operations per call, so that the call does not count. */
#include <stdint.h>
#include <string.h>

#ifdef __BYTE_ORDER__
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the entries are little endian, and these loops store them as they are"
#endif
#endif

struct submission_entry {
    uint8_t opcode;
    uint8_t flags;
    uint16_t command_id;
    uint32_t namespace_id;
    uint32_t cdw2, cdw3;
    uint64_t metadata_pointer, prp1, prp2;
    uint32_t cdw10, cdw11, cdw12, cdw13, cdw14, cdw15;
};

struct completion_entry {
    uint32_t dword0, dword1;
    uint16_t submission_queue_head, submission_queue_id, command_id, status;
};

/* Get Controller State for every piece of `piece_bytes`: one entry for each. */
void encode_get_controller_state(struct submission_entry *entries, int64_t count, uint16_t controller, uint8_t version,
                                 uint64_t piece_bytes) {
    for (int64_t i = 0; i < count; i++) {
        uint64_t offset = (uint64_t)i * piece_bytes;
        struct submission_entry *entry = &entries[i];
        memset(entry, 0, sizeof *entry);
        entry->opcode = 0x42;
        entry->cdw10 = (uint32_t)version << 16;
        entry->cdw11 = controller;
        entry->cdw12 = (uint32_t)offset;
        entry->cdw13 = (uint32_t)(offset >> 32);
        entry->cdw15 = (uint32_t)(piece_bytes / 4 - 1);
    }
}

/* What a polling loop reads of each completion whose phase is set. */
int64_t decode_completions(const struct completion_entry *entries, int64_t count) {
    int64_t sum = 0;
    for (int64_t i = 0; i < count; i++) {
        const struct completion_entry *entry = &entries[i];
        uint16_t status = __atomic_load_n(&entry->status, __ATOMIC_ACQUIRE);
        if (status & 1) {
            sum += (int32_t)(entry->command_id + entry->dword0 + entry->dword1 + (status >> 1));
        }
    }
    return sum;
}
