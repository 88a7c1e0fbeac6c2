package io.nvmelm.benchmarks.report;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.time.Instant;

/// Under which conditions a full run measured.
///
/// @param machine      the machine
/// @param jvmOptions   options of the virtual machines; empty where nobody wrote them down
/// @param loadBefore   load averages when it began
/// @param loadAfter    load averages when it ended
/// @param command      what was called
/// @param date         when it began
/// @param seconds      how long it took
/// @param everything   whether all benchmarks were measured; false where nobody wrote that down
/// @param instructions whether instructions were counted
record Conditions(
        Machine machine,
        String jvmOptions,
        String loadBefore,
        String loadAfter,
        String command,
        Instant date,
        long seconds,
        boolean everything,
        boolean instructions) {

    /// {@return this as JSON, beside the file that JMH writes}
    String json() {
        var object = new JsonObject();
        object.add("machine", machine.json());
        object.addProperty("jvmOptions", jvmOptions);
        object.addProperty("loadBefore", loadBefore);
        object.addProperty("loadAfter", loadAfter);
        object.addProperty("command", command);
        object.addProperty("date", date.toString());
        object.addProperty("seconds", seconds);
        object.addProperty("everything", everything);
        object.addProperty("instructions", instructions);
        return new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(object) + "\n";
    }

    /// {@return what [#json()] wrote down}
    static Conditions parse(String json) {
        var object = JsonParser.parseString(json).getAsJsonObject();
        return new Conditions(
                Machine.of(object.getAsJsonObject("machine")),
                object.has("jvmOptions") ? object.get("jvmOptions").getAsString() : "",
                object.get("loadBefore").getAsString(),
                object.get("loadAfter").getAsString(),
                object.get("command").getAsString(),
                Instant.parse(object.get("date").getAsString()),
                object.get("seconds").getAsLong(),
                object.has("everything") && object.get("everything").getAsBoolean(),
                object.get("instructions").getAsBoolean());
    }
}
