using System.Text.Json.Serialization;

namespace Appliance.Server.Timestamps.Clocks;

/// <summary>What became last of the operator's word that this machine's clock is right.</summary>
internal sealed record ClockAssertion
{
    public const string Asserted = "asserted";
    public const string Withdrawn = "withdrawn";
    public const string Voided = "voided";

    /// <summary>One of the three.</summary>
    [JsonPropertyName("state")]
    public required string State { get; init; }

    /// <summary>When it became so.</summary>
    [JsonPropertyName("at")]
    public required DateTimeOffset At { get; init; }

    /// <summary>End of an assertion.</summary>
    [JsonPropertyName("until")]
    public DateTimeOffset? Until { get; init; }

    /// <summary>The admin; null where the clock watch did it.</summary>
    [JsonPropertyName("by")]
    public string? By { get; init; }

    /// <summary>Why it was voided.</summary>
    [JsonPropertyName("because")]
    public string? Because { get; init; }

    /// <summary>
    /// Until when the clock counts as asserted at a start, else why not: the later of setting and this, and nothing
    /// where it was withdrawn or voided, whatever the setting says.
    /// </summary>
    public static (DateTimeOffset? Until, string? Because) Settle(DateTimeOffset? setting, ClockAssertion? kept)
        => kept switch
        {
            null => (setting, null),
            { State: Asserted, Until: { } until } => (setting > until ? setting : until, null),
            { State: Withdrawn } => (null, $"{kept.By} has withdrawn the assertion at {kept.At:u}"),
            _ => (null, $"{kept.Because} ({kept.At:u}): an operator must assert it anew"),
        };
}
