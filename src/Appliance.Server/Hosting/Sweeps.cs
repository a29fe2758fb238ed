using Appliance.Identity;
using Appliance.Ledger;
using Appliance.Server.Options;
using Appliance.Signing;

namespace Appliance.Server.Hosting;

/// <summary>What the node removes in the background when nobody needs it any more.</summary>
internal static class Sweeps
{
    public static Sweeper Start(Composition composition, ApplianceOptions options, ILoggerFactory loggers) => new(
        composition.Loop,
        [
            new ActivationSweep(TimeSpan.FromHours(options.Ledger.SweepAfterHours)),
            new ChunkSweep(),
            new OutcomeSweep(),
            new SignatureDigestSweep(),
            new TlsLoginSweep(),
            new ApprovalSweep(TimeSpan.FromHours(1)),
            new AssertionSweep(),
        ],
        new SweeperOptions(),
        composition.Time,
        loggers.CreateLogger<Sweeper>());
}
