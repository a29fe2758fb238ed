namespace Appliance.Server.Options;

/// <summary>The time-stamping authority (RFC 3161). There is none without units.</summary>
internal sealed class TimestampingSettings
{
    /// <summary>
    /// The units by name: lower-case letters, digits, hyphens. Each is served under <c>/tsa/NAME</c>.
    /// </summary>
    public Dictionary<string, TimestampUnitSettings> Units { get; set; } = new(StringComparer.Ordinal);

    /// <summary>The unit behind <c>/tsa</c>, and of who names none. Default: the first by name.</summary>
    public string? Default { get; set; }

    /// <summary>What the units' time rests on.</summary>
    public ClockSettings Clock { get; set; } = new();
}
