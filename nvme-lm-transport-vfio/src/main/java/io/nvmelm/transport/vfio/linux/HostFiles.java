package io.nvmelm.transport.vfio.linux;

import java.util.List;
import java.util.Optional;

/// What is read of the host's files, mostly those below `/sys` by which the kernel describes devices. Read only. Thread-safe;
/// blocks as reading small files does.
public interface HostFiles {

    /// {@return whether there is a file, folder or link of this path}
    ///
    /// @param path absolute path
    boolean exists(String path);

    /// {@return the target of a symbolic link as it is written there, often relative; empty when there is no such link}
    ///
    /// @param path absolute path
    Optional<String> linkTarget(String path);

    /// {@return names in a folder, sorted; empty when there is no such folder or it cannot be read}
    ///
    /// @param path absolute path
    List<String> names(String path);

    /// {@return the text of a small file without the line break at its end; empty when there is no such file or it cannot be
    /// read}
    ///
    /// @param path absolute path
    Optional<String> text(String path);

    /// {@return the last component of a symbolic link's target, for instance the driver's name of `…/driver`; empty when there
    /// is no such link}
    ///
    /// @param path absolute path
    default Optional<String> linkedName(String path) {
        return linkTarget(path).map(target -> target.substring(target.lastIndexOf('/') + 1));
    }
}
