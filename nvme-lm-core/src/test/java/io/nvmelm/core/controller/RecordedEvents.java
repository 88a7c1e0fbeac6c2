package io.nvmelm.core.controller;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/// The JFR events of one name that are made while something runs.
public final class RecordedEvents {
    private RecordedEvents() {}

    /// {@return the events, in the order of their ends}
    ///
    /// @param name   name of the event
    /// @param action what is to be recorded
    /// @throws IOException when there is no place for the recording
    public static List<RecordedEvent> of(String name, Runnable action) throws IOException {
        var file = Files.createTempFile("nvme-lm", ".jfr");
        try (var recording = new Recording()) {
            recording.enable(name);
            recording.start();
            action.run();
            recording.stop();
            recording.dump(file);
            return RecordingFile.readAllEvents(file).stream()
                    .filter(event -> event.getEventType().getName().equals(name))
                    .sorted((a, b) -> a.getEndTime().compareTo(b.getEndTime()))
                    .toList();
        } finally {
            Files.delete(file);
        }
    }
}
