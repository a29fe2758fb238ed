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

    /// <summary>
    /// Most time stamps of a client on a day (UTC) on all nodes together, where nothing is said of the client
    /// (<c>client set --timestamps-per-day</c>), 0 to 1,000,000,000. Default 0: no limit.
    /// </summary>
    public int ClientsPerDay { get; set; }

    /// <summary>
    /// Most time stamps a second of each address that calls an open unit without a token, on each node, 0 to 1,000,000.
    /// Default 0: no limit.
    /// </summary>
    public int OpenPerSecond { get; set; }

    /// <summary>What the units' time rests on.</summary>
    public ClockSettings Clock { get; set; } = new();
}
