using System.Security.Cryptography;

namespace Appliance.Pkcs11.Hosting;

/// <summary>
/// The pauses before a dead child is started again: each twice as long as the one before, a fifth longer or shorter by
/// chance, so that hosts of one broken device do not come back together. Health begins them anew.
/// </summary>
internal sealed class HostBackoff
{
    /// <summary>
    /// Longest pause while the library itself says no (its device is away): no crash, and its return is to be seen.
    /// </summary>
    private static readonly TimeSpan s_longestAfterRefusal = TimeSpan.FromSeconds(1);

    private readonly ModuleHostOptions _options;
    private TimeSpan _next;

    public HostBackoff(ModuleHostOptions options)
    {
        _options = options;
        _next = options.RestartDelay;
    }

    /// <param name="served">How long the child that ended had served.</param>
    /// <param name="wasRefusal">The library loaded and did not initialise.</param>
    public TimeSpan Next(TimeSpan served, bool wasRefusal)
    {
        var pause = served >= _options.HealthyAfter ? _options.RestartDelay : _next;
        _next = pause >= _options.MaxRestartDelay / 2 ? _options.MaxRestartDelay : pause * 2;
        pause = wasRefusal && pause > s_longestAfterRefusal ? s_longestAfterRefusal : pause;
        return pause * (RandomNumberGenerator.GetInt32(800, 1201) / 1000.0);
    }
}
