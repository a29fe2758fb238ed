namespace Appliance.Timestamping;

/// <summary>An entry of the drift log.</summary>
/// <param name="Time">By the wall clock, right or wrong.</param>
/// <param name="RawNanoseconds">By CLOCK_MONOTONIC_RAW, so that the order and distances hold in any case.</param>
/// <param name="Kind">What.</param>
/// <param name="Subject">Source, server or unit.</param>
/// <param name="Offset">By how much; zero where there is nothing to measure.</param>
/// <param name="Text">In words.</param>
public readonly record struct ClockEvent(
    DateTimeOffset Time, long RawNanoseconds, ClockEventKind Kind, string Subject, TimeSpan Offset, string Text);
