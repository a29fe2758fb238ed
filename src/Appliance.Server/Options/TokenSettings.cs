namespace Appliance.Server.Options;

/// <summary>A PKCS#11 token that holds keys: the first slot of the group, or a further one.</summary>
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
    /// this CPU. Default workers; docs/performance.md has both measured. A group has one way: the first slot's.
    /// </summary>
    public string? Dispatch { get; set; }

    /// <summary>Sessions that sign, 1 to 1,024; 0 takes twice the processors. The token's own limit caps it.</summary>
    public int Sessions { get; set; }

    /// <summary>
    /// One in so many signatures, by chance, is verified before it is given out, 1 to 1,000,000; 1 verifies all. A
    /// wrong
    /// one quarantines its slot. Default 1,000. A group has one value: the first slot's.
    /// </summary>
    public int VerifyOneIn { get; set; } = 1_000;

    /// <summary>
    /// Longest that a call into the library may take, 1 to 600 seconds: after that who waits for it is told, and its
    /// thread is written off. Default 10. A group has one value: the first slot's.
    /// </summary>
    public int CallLimitSeconds { get; set; } = 10;

    /// <summary>
    /// inProcess: the library is loaded into the appliance. process: into a child process of its own, which it takes
    /// down alone when it crashes or hangs. Default inProcess.
    /// </summary>
    public string Hosting { get; set; } = SlotRules.InProcess;

    /// <summary>
    /// The vendor's ways: sessions, idle time, pace, what return values mean. Null goes by what library and token say
    /// of themselves.
    /// </summary>
    public string? Profile { get; set; }

    /// <summary>Text for the library itself at C_Initialize; NSS finds its database by it. Null for none.</summary>
    public string? Parameters { get; set; }

    /// <summary>Variables of the environment of the child process, beside those of the appliance.</summary>
    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether the library runs in a process of its own.</summary>
    internal bool IsHosted => string.Equals(Hosting, SlotRules.Process, StringComparison.Ordinal);

    /// <summary>
    /// Whether the token is given no more calls at once than bring more signatures a second, as found out under load;
    /// else it is given as many as it has sessions. With workers only. Default false.
    /// </summary>
    public bool AdaptiveConcurrency { get; set; }
}
