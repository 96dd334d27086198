import Environments
import Testing

@testable import ControlPlane

@Suite struct MetricsTests {
    private func value(_ text: String, _ name: String, _ labels: [String: String] = [:]) throws -> Double? {
        try ExpositionParser(text).values[.init(name: name, labels: labels)]
    }

    @Test func whatHappensIsCountedAndTimed() throws {
        let metrics = ControlPlaneMetrics()
        metrics.performed(.clone, took: .milliseconds(70), error: nil)
        metrics.performed(.clone, took: .milliseconds(5), error: ControlError(.timeout, "late"))
        metrics.becameReady(after: .milliseconds(180))
        metrics.reaped("expire", late: .milliseconds(12))
        metrics.answered(method: "GET", route: "/v1/environments/:name", status: 200, took: .milliseconds(3))
        metrics.answered(method: "GET", route: "/v1/environments/:name", status: 404, took: .seconds(90))
        metrics.reconcileFailed()
        let text = PrometheusText.render(metrics.collected)
        let step = "envctl_environment_steps_total"
        #expect(try value(text, step, ["step": "clone", "result": "ok"]) == 1)
        #expect(try value(text, step, ["step": "clone", "result": "timeout"]) == 1)
        #expect(try value(text, "envctl_provider_calls_total", ["operation": "clone"]) == 2)
        #expect(try value(text, "envctl_provider_errors_total", ["operation": "clone", "code": "timeout"]) == 1)
        let phase = "envctl_environment_phase_duration_seconds"
        #expect(try value(text, phase + "_bucket", ["phase": "cloning", "le": "0.05"]) == 0)
        #expect(try value(text, phase + "_bucket", ["phase": "cloning", "le": "0.1"]) == 1)
        #expect(try value(text, phase + "_count", ["phase": "cloning"]) == 1)
        #expect(try value(text, phase + "_sum", ["phase": "cloning"]) == 0.07)
        let request = "envctl_api_request_duration_seconds"
        let route = ["method": "GET", "route": "/v1/environments/:name"]
        #expect(try value(text, request + "_bucket", route.merging(["le": "60"]) { $1 }) == 1)
        #expect(try value(text, request + "_count", route) == 2)
        #expect(try value(text, "envctl_reaper_lateness_seconds_count") == 1)
        #expect(try value(text, "envctl_reconcile_runs_total", ["result": "error"]) == 1)
    }

    @Test func awkwardLabelsAreEscaped() throws {
        let family = MetricFamily(
            "envctl_test", .gauge, "A \\ and\na line.", [.init([.init("name", "a\"b\\c\nd")], 1.5)])
        let text = PrometheusText.render([family])
        #expect(
            text == "# HELP envctl_test A \\\\ and\\na line.\n# TYPE envctl_test gauge\n"
                + "envctl_test{name=\"a\\\"b\\\\c\\nd\"} 1.5\n")
        #expect(try ExpositionParser(text).values.count == 1)
    }

    @Test func theProcessDescribesItself() throws {
        let parsed = try ExpositionParser(PrometheusText.render(ProcessMetrics.families))
        #expect((parsed.values[.init(name: "process_resident_memory_bytes", labels: [:])] ?? 0) > 1_000_000)
        #expect((parsed.values[.init(name: "process_open_fds", labels: [:])] ?? 0) > 2)
    }

    @Test(arguments: [
        "envctl_x 1\n", "# HELP a b\n# TYPE a gauge\na 1", "# HELP a_ms b\n# TYPE a_ms gauge\na_ms 1\n",
        "# HELP a b\n# TYPE a counter\na 1\n", "# HELP a b\n# TYPE a gauge\na 1\na 2\n",
        "# HELP a b\n# TYPE a gauge\na{x=1} 1\n", "# HELP a b\n# TYPE a gauge\na one\n",
        "# HELP a b\n# TYPE a histogram\na_bucket{le=\"1\"} 1\na_sum 1\na_count 1\n",
    ])
    func theReaderIsStrict(text: String) {
        #expect(throws: ExpositionParser.Failure.self) { try ExpositionParser(text) }
    }
}
