namespace Appliance.Timestamping;

/// <summary>What a source says at this moment, for metrics and <c>doctor</c>.</summary>
/// <param name="Source">One source.</param>
/// <param name="IsTrusted">It has something to say that is not too old.</param>
/// <param name="Bound">How far off the wall clock is at most, by this source; zero for an operator's
/// word, MaxValue when it is not trusted.</param>
/// <param name="Text">In words.</param>
public readonly record struct ClockSourceStatus(ClockSources Source, bool IsTrusted, TimeSpan Bound, string Text);
