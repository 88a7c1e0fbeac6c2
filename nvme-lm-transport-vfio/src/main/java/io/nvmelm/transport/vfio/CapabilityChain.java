package io.nvmelm.transport.vfio;

import io.nvmelm.InvalidValueException;
import io.nvmelm.transport.vfio.uapi.Vfio;

/// The linked capabilities behind an answer of the kernel (`struct vfio_info_cap_header`): each header names the offset of the
/// next, from the start of the answer. Nothing is believed: what does not fit, or goes in circles, is refused.
final class CapabilityChain {
    /// There is no such capability.
    static final long NONE = -1;

    private CapabilityChain() {}

    /// {@return the offset of the first capability of a kind; NONE where there is none}
    ///
    /// @param info        the answer
    /// @param firstOffset offset of the first header; 0 for none
    /// @param id          kind
    /// @param byteSize    least size of the capability, its header included
    static long find(IoctlBuffer info, int firstOffset, int id, int byteSize) {
        long end = info.memory().byteSize();
        long at = Integer.toUnsignedLong(firstOffset);
        for (long links = end / Vfio.InfoCapHeader.BYTE_SIZE; at != 0; links--) {
            require(info, at, Vfio.InfoCapHeader.BYTE_SIZE);
            if (links == 0) {
                throw new InvalidValueException("next", Long.toString(at), "a chain that ends", at);
            }
            if (info.get16(at + Vfio.InfoCapHeader.ID) == id) {
                require(info, at, byteSize);
                return at;
            }
            at = Integer.toUnsignedLong(info.get32(at + Vfio.InfoCapHeader.NEXT));
        }
        return NONE;
    }

    /// Refuses a structure that does not lie inside the answer, aligned.
    static void require(IoctlBuffer info, long byteOffset, long byteSize) {
        long end = info.memory().byteSize();
        if (byteOffset % Integer.BYTES != 0 || byteOffset > end || byteSize > end - byteOffset) {
            throw new InvalidValueException(
                    "cap_offset", Long.toString(byteOffset), "a multiple of 4, " + byteSize + " bytes before " + end,
                    byteOffset);
        }
    }
}
