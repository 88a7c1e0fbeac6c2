package io.nvmelm.transport.vfio.passthrough;

import io.nvmelm.transport.vfio.linux.HostFiles;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Files below `/sys`, `/dev` and `/proc` as a test writes them down. A path exists when it, or something below it, was added.
public final class SyntheticFiles implements HostFiles {
    private final Map<String, String> links = new TreeMap<>();
    private final Map<String, String> texts = new TreeMap<>();

    /// Adds a symbolic link.
    public SyntheticFiles link(String path, String target) {
        links.put(path, target);
        return this;
    }

    /// Adds a small file.
    public SyntheticFiles text(String path, String content) {
        texts.put(path, content);
        return this;
    }

    /// Adds a folder or a node.
    public SyntheticFiles node(String path) {
        return text(path, "");
    }

    /// Takes a path away, with all below it.
    public SyntheticFiles remove(String path) {
        links.keySet().removeIf(found -> isAtOrBelow(found, path));
        texts.keySet().removeIf(found -> isAtOrBelow(found, path));
        return this;
    }

    private static boolean isAtOrBelow(String found, String path) {
        return found.equals(path) || found.startsWith(path + "/");
    }

    @Override
    public boolean exists(String path) {
        return links.keySet().stream().anyMatch(found -> isAtOrBelow(found, path))
                || texts.keySet().stream().anyMatch(found -> isAtOrBelow(found, path));
    }

    @Override
    public Optional<String> linkTarget(String path) {
        return Optional.ofNullable(links.get(path));
    }

    @Override
    public List<String> names(String path) {
        var all = new TreeMap<>(links);
        all.putAll(texts);
        return all.keySet().stream()
                .filter(found -> found.startsWith(path + "/"))
                .map(found -> found.substring(path.length() + 1).split("/", 2)[0])
                .distinct()
                .toList();
    }

    @Override
    public Optional<String> text(String path) {
        return Optional.ofNullable(texts.get(path));
    }
}
