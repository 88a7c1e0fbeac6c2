package io.nvmelm.core.migration;

import io.nvmelm.InvalidValueException;
import io.nvmelm.MigrationReport;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/// The last report of each device, also of a migration that failed: what to ask when the other side wants to know who runs.
///
/// Kept in memory and bounded: where there is no room for one more device, the one whose report is oldest goes. Thread-safe; no method
/// blocks.
public final class MigrationHistory {
    private final int maximumDevices;
    private final ReentrantLock lock = new ReentrantLock();
    /// By name of the device, the newest last.
    private final Map<String, MigrationReport> reports = new LinkedHashMap<>();

    /// Makes an empty one.
    ///
    /// @param maximumDevices for how many devices reports are kept, 1 or more
    /// @throws InvalidValueException when it is less than 1
    public MigrationHistory(int maximumDevices) {
        if (maximumDevices < 1) {
            throw new InvalidValueException("maximumDevices", Integer.toString(maximumDevices), "1 or more");
        }
        this.maximumDevices = maximumDevices;
    }

    /// Keeps a report as the last one of each of its devices.
    ///
    /// @param report what a migration ended with, or what became of it afterwards
    public void add(MigrationReport report) {
        lock.lock();
        try {
            for (var device : report.devices()) {
                reports.remove(device);
                reports.put(device, report);
                if (reports.size() > maximumDevices) {
                    reports.remove(reports.keySet().iterator().next());
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /// {@return the last report of a device; empty where there is none, or none any more}
    ///
    /// @param device name of the device, as [MigrationReport#devices()] has it
    public Optional<MigrationReport> lastOf(String device) {
        lock.lock();
        try {
            return Optional.ofNullable(reports.get(device));
        } finally {
            lock.unlock();
        }
    }

    /// {@return what is kept of a migration, for whoever asks who runs; empty where nothing is, or nothing any more: the migration is still
    /// under way, was never heard of, was before the start of this process, or a later one of the same device came after it. Nothing
    /// follows from that for the side that asks}
    ///
    /// @param migrationId as [MigrationReport#migrationId()] has it; a migration whose sides never spoke has none
    public Optional<MigrationReport> of(UUID migrationId) {
        if (migrationId.equals(MigrationRecord.NOBODY)) {
            return Optional.empty();
        }
        return reports().stream().filter(report -> report.migrationId().equals(migrationId)).findFirst();
    }

    /// {@return all reports that are the last one of some device, each once, the newest first; a copy}
    public List<MigrationReport> reports() {
        lock.lock();
        try {
            return List.copyOf(new LinkedHashSet<>(reports.values())).reversed();
        } finally {
            lock.unlock();
        }
    }
}
