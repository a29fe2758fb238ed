namespace Appliance.Timestamping;

/// <summary>A unit cannot issue; the message says everything that is wrong with it.</summary>
public sealed class TimestampUnitException : Exception
{
    /// <summary>With all errors.</summary>
    public TimestampUnitException(string unit, IReadOnlyList<string> errors)
        : base($"The time-stamping unit {unit} cannot issue: {string.Join(" ", errors)}")
        => Errors = errors;

    /// <summary>One sentence each.</summary>
    public IReadOnlyList<string> Errors { get; }
}
