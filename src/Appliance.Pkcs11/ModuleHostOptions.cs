using Appliance.Pkcs11.Hosting;

namespace Appliance.Pkcs11;

/// <summary>How a PKCS#11 library runs in a child process (<see cref="Pkcs11Module.Host"/>).</summary>
public sealed record ModuleHostOptions
{
    /// <summary>What C_Initialize is given as pReserved (NSS asks for it); null for nothing. No secret.</summary>
    public string? Parameters { get; init; }

    /// <summary>
    /// Variables of the child's environment, beside those of <see cref="Inherited"/>, which they outrank. Not for
    /// secrets: a process's environment can be read by its user.
    /// </summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; }
        = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// Names of variables that the child takes over from this process. By default what a program needs anywhere
    /// (PATH, HOME, TZ, ...) and what known modules find their configuration by (SOFTHSM2_CONF, ...); nothing else.
    /// </summary>
    public IReadOnlyList<string> Inherited { get; init; } = HostEnvironment.Inherited;

    /// <summary>
    /// Program and first arguments of the child, which must call <see cref="ModuleHostProcess.Run"/>. By default this
    /// program's own command <c>host-module</c>.
    /// </summary>
    public IReadOnlyList<string> Command { get; init; } = HostEnvironment.OwnCommand("host-module");

    /// <summary>How long the child may take to load and initialise the library. Defaults to 30 seconds.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a call may take before the child counts as hung and is killed. Key generation has ten times as long.
    /// Defaults to 30 seconds.
    /// </summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long nothing at all may come from the child, which tells its state every second, before it counts as hung
    /// and is killed. Defaults to 10 seconds.
    /// </summary>
    public TimeSpan SilenceTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>First pause before a dead child is started again; each further one is twice as long.</summary>
    public TimeSpan RestartDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest pause before a dead child is started again. Defaults to 30 seconds.</summary>
    public TimeSpan MaxRestartDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>After so much health the pauses begin anew. Defaults to one minute.</summary>
    public TimeSpan HealthyAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Most hashes in the child at a time, per slot; the rest waits here, where interactive work passes bulk work.
    /// 0 (default) takes eight per session of the slot, at least 64.
    /// </summary>
    public int HashesInFlight { get; init; }
}
