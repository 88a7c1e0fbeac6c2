package io.nvmelm.benchmarks.report;

import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.svg.SVGProcessor;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/// Draws charts as SVG, on white so that they can be read on any page. The same results make the same picture on machines with the
/// same fonts.
final class ChartDrawing {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 520;
    private static final Color TEXT = new Color(0x24, 0x29, 0x2F);
    private static final Color GRID = new Color(0xD8, 0xDE, 0xE4);

    /// Okabe and Ito's, which people with any colour vision can tell apart.
    private static final Color[] COLOURS = {
        new Color(0x00, 0x72, 0xB2),
        new Color(0xD5, 0x5E, 0x00),
        new Color(0x00, 0x9E, 0x73),
        new Color(0xCC, 0x79, 0xA7),
        new Color(0xE6, 0x9F, 0x00),
        new Color(0x56, 0xB4, 0xE9),
        new Color(0x00, 0x00, 0x00),
    };

    private static final Marker[] MARKERS = {
        SeriesMarkers.CIRCLE, SeriesMarkers.SQUARE, SeriesMarkers.DIAMOND, SeriesMarkers.TRIANGLE_UP,
        SeriesMarkers.CROSS
    };

    /// Nobody sees a thousandth of a pixel, and letters are drawn with many of them.
    private static final Pattern FURTHER_DECIMALS = Pattern.compile("(\\.\\d\\d)\\d+");

    private ChartDrawing() {}

    /// {@return the picture}
    ///
    /// @param chart        the chart
    /// @param measurements results with something to draw
    static String svg(Chart chart, List<Measurement> measurements) {
        System.setProperty("java.awt.headless", "true");
        var graphics = new VectorGraphics2D();
        drawing(chart, measurements).paint(graphics, WIDTH, HEIGHT);
        var document = new SVGProcessor().getDocument(graphics.getCommands(), new PageSize(WIDTH, HEIGHT));
        var bytes = new ByteArrayOutputStream();
        try {
            document.writeTo(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return FURTHER_DECIMALS.matcher(bytes.toString(StandardCharsets.UTF_8)).replaceAll("$1");
    }

    static XYChart drawing(Chart chart, List<Measurement> measurements) {
        var drawing = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(chart.title())
                .xAxisTitle(chart.x().title())
                .yAxisTitle(chart.y().title())
                .build();
        style(drawing, chart);
        int number = 0;
        for (var line : chart.linesIn(measurements)) {
            var points = line.points(measurements);
            var series = drawing.addSeries(
                    line.name(),
                    points.stream().mapToDouble(Chart.Point::x).toArray(),
                    points.stream().mapToDouble(Chart.Point::y).toArray());
            series.setLineColor(COLOURS[number % COLOURS.length]);
            series.setMarkerColor(COLOURS[number % COLOURS.length]);
            series.setMarker(MARKERS[number % MARKERS.length]);
            series.setLineStyle(new BasicStroke(2));
            number++;
        }
        return drawing;
    }

    private static void style(XYChart drawing, Chart chart) {
        var plain = new Font(Font.SANS_SERIF, Font.PLAIN, 13);
        var style = drawing.getStyler();
        style.setLocale(Locale.ROOT);
        style.setChartBackgroundColor(Color.WHITE);
        style.setPlotBackgroundColor(Color.WHITE);
        style.setChartFontColor(TEXT);
        style.setChartTitleBoxVisible(false);
        style.setChartTitleFont(plain.deriveFont(Font.BOLD, 16));
        style.setLegendPosition(LegendPosition.OutsideE);
        style.setLegendBorderColor(Color.WHITE);
        style.setLegendFont(plain);
        style.setMarkerSize(8);
        style.setPlotBorderVisible(false);
        style.setPlotGridLinesColor(GRID);
        style.setPlotGridLinesStroke(new BasicStroke(1));
        style.setAxisTitleFont(plain);
        style.setAxisTickLabelsFont(plain);
        style.setAxisTickLabelsColor(TEXT);
        style.setXAxisLogarithmic(chart.x().logarithmic());
        style.setYAxisLogarithmic(chart.y().logarithmic());
        style.setYAxisLogarithmicDecadeOnly(false);
        style.setXAxisTickLabelsFormattingFunction(chart.x().label());
        style.setYAxisTickLabelsFormattingFunction(chart.y().label());
        if (!chart.y().logarithmic()) {
            style.setYAxisMin(0.0);
        }
    }
}
