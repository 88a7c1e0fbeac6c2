package io.nvmelm.nvme;

import java.io.Serializable;
import java.util.Locale;
import java.util.Optional;

/// Status field of a completion, 15 bits (Base 2.3 fig. 100), without the phase tag.
///
/// ```
///   14   13   12:11   10:8   7:0
///   DNR | M |  CRD  | SCT  | SC
/// ```
///
/// @param codeType          Status Code Type (SCT), 0 to 7
/// @param code              Status Code (SC), 0 to 255
/// @param commandRetryDelay Command Retry Delay (CRD), 0 to 3: index of the delay time of Identify Controller, 0 for
///                          none
/// @param more              More (M): the error log has more on this
/// @param doNotRetry        Do Not Retry (DNR): the same command would fail again
public record NvmeStatus(int codeType, int code, int commandRetryDelay, boolean more,
        boolean doNotRetry) implements Serializable {

    /// Successful completion.
    public static final NvmeStatus SUCCESS = new NvmeStatus(0, 0, 0, false, false);

    /// Checks every field.
    public NvmeStatus {
        FieldBounds.require("SCT", codeType, 7);
        FieldBounds.requireUnsigned8("SC", code);
        FieldBounds.require("CRD", commandRetryDelay, 3);
    }

    /// {@return the status with this code and neither delay nor flags}
    ///
    /// @param code the code by name
    public static NvmeStatus of(StatusCode code) {
        return code == StatusCode.SUCCESSFUL_COMPLETION
                ? SUCCESS
                : new NvmeStatus(code.codeType(), code.code(), 0, false, false);
    }

    /// {@return the status that these 15 bits say} Allocates nothing for success.
    ///
    /// @param bits bits 15:1 of the upper half of completion dword 3, in bits 14:0, as the kernel's passthrough returns
    ///             them too; bits above are ignored
    public static NvmeStatus fromBits(int bits) {
        return (bits & 0x7FFF) == 0
                ? SUCCESS
                : new NvmeStatus(
                        bits >>> 8 & 7, bits & 0xFF, bits >>> 11 & 3, (bits & 1 << 13) != 0, (bits & 1 << 14) != 0);
    }

    /// {@return the 15 bits of this status, 0 to 7FFFh}
    public int toBits() {
        return code | codeType << 8 | commandRetryDelay << 11 | (more ? 1 << 13 : 0) | (doNotRetry ? 1 << 14 : 0);
    }

    /// {@return this status with Do Not Retry set}
    public NvmeStatus withDoNotRetry() {
        return new NvmeStatus(codeType, code, commandRetryDelay, more, true);
    }

    /// {@return whether the command succeeded}
    public boolean isSuccess() {
        return codeType == 0 && code == 0;
    }

    /// {@return the code by name; empty where it has none here}
    public Optional<StatusCode> statusCode() {
        return StatusCode.of(codeType, code);
    }

    /// {@return whether this is that code, whatever delay and flags say}
    ///
    /// @param other the code by name
    public boolean is(StatusCode other) {
        return codeType == other.codeType() && code == other.code();
    }

    /// Numbers as the standard writes them, then the name, for instance `1/3Ah Controller Not Suspended`.
    @Override
    public String toString() {
        var name = statusCode().map(StatusCode::title).orElse("unnamed status");
        return String.format(Locale.ROOT, "%d/%02Xh %s%s", codeType, code, name, doNotRetry ? " (do not retry)" : "");
    }
}
