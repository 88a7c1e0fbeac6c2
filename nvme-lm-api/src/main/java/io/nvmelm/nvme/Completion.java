package io.nvmelm.nvme;

/// What a controller answered to one command: the parts of a completion entry (Base 2.3 fig. 98) that mean something
/// above the queue.
///
/// @param dword0 command specific result, completion dword 0
/// @param dword1 command specific result, completion dword 1
/// @param status status field
public record Completion(int dword0, int dword1, NvmeStatus status) {

    private static final Completion SUCCESS = new Completion(0, 0, NvmeStatus.SUCCESS);

    /// {@return a success without a result}
    public static Completion success() {
        return SUCCESS;
    }

    /// {@return a success with a result}
    ///
    /// @param dword0 command specific result, completion dword 0
    public static Completion success(int dword0) {
        return dword0 == 0 ? SUCCESS : new Completion(dword0, 0, NvmeStatus.SUCCESS);
    }

    /// {@return a failure without a result}
    ///
    /// @param code why the command failed
    public static Completion failure(StatusCode code) {
        return new Completion(0, 0, NvmeStatus.of(code));
    }

    /// {@return whether the command succeeded}
    public boolean isSuccess() {
        return status.isSuccess();
    }
}
