namespace Appliance.Server.Options;

/// <summary>The PKCS#11 token that holds the keys.</summary>
internal sealed class TokenSettings
{
    /// <summary>Path of the PKCS#11 library. Required.</summary>
    public string Module { get; set; } = "";

    /// <summary>Which token: its label, <c>serial:NUMBER</c>, or an RFC 7512 URI. Required.</summary>
    public string Token { get; set; } = "";

    /// <summary>File whose first line is the user PIN. Exactly one of PinFile and PinEnvironment.</summary>
    public string? PinFile { get; set; }

    /// <summary>Environment variable that holds the user PIN.</summary>
    public string? PinEnvironment { get; set; }

    /// <summary>
    /// workers: each session has its own thread, for tokens that wait. inline: pool threads sign, for a token that is
    /// this CPU. Default workers; docs/performance.md has both measured.
    /// </summary>
    public string Dispatch { get; set; } = "workers";

    /// <summary>Sessions that sign, 1 to 1,024; 0 takes twice the processors. The token's own limit caps it.</summary>
    public int Sessions { get; set; }

    /// <summary>
    /// Whether the token is given no more calls at once than bring more signatures a second, as found out under load;
    /// else it is given as many as it has sessions. With workers only. Default false.
    /// </summary>
    public bool AdaptiveConcurrency { get; set; }
}
