package io.nvmelm.transport.vfio.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The files of this host.
final class LocalFiles implements HostFiles {

    @Override
    public boolean exists(String path) {
        return Files.exists(Path.of(path), LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public Optional<String> linkTarget(String path) {
        try {
            return Optional.of(Files.readSymbolicLink(Path.of(path)).toString());
        } catch (IOException absent) {
            return Optional.empty();
        }
    }

    @Override
    public List<String> names(String path) {
        try (var entries = Files.list(Path.of(path))) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        } catch (IOException | UncheckedIOException absent) {
            return List.of();
        }
    }

    @Override
    public Optional<String> text(String path) {
        try {
            return Optional.of(Files.readString(Path.of(path), StandardCharsets.UTF_8).stripTrailing());
        } catch (IOException absent) {
            return Optional.empty();
        }
    }
}
