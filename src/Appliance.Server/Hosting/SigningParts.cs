using Appliance.Identity;
using Appliance.Ledger;
using Appliance.Pkcs11;
using Appliance.Server.Hosting.Slots;
using Appliance.Server.Options;
using Appliance.Signing;
using Appliance.Signing.Keys;
using Appliance.Storage;

namespace Appliance.Server.Hosting;

/// <summary>What serves over what <see cref="Composition"/> holds: the slots' sessions, signing, and sign-in.</summary>
internal sealed class SigningParts : IAsyncDisposable
{
    private readonly Activations _activations;

    private SigningParts(
        Composition composition, ApplianceOptions options, Activations activations, ILoggerFactory loggers)
    {
        var time = composition.Time;
        _activations = activations;
        Watch = new StoreWatch(composition.Store, time, loggers.CreateLogger<StoreWatch>());
        ConfiguredSlot[] joined = [.. composition.Slots.All.Where(slot => slot.Token is not null)];
        Slots = new SlotGroup(
            [.. joined.Select(slot => slot.Token!)],
            SlotOptionsOf(composition, options),
            time,
            loggers.CreateLogger<SlotGroup>());
        Serving = ServingSlots.Start(
            composition.Slots, joined, Slots, time, loggers.CreateLogger<ServingSlots>());
        Desk = new SlotDesk(Serving, composition.Loop, time, loggers.CreateLogger<SlotDesk>());
        Access = new ClientAccess(composition.Store, composition.Clients);
        Signing = new SigningService(
            composition.Store,
            composition.Loop,
            activations,
            new SignerFactors
            {
                Totp = composition.Factors,
                Pins = composition.Pins,
                Codes = composition.Codes,
                Contacts = composition.Contacts,
            },
            new Approvals(
                composition.RootKey.Derive(KeyPurpose.ApprovalRows),
                composition.Contacts,
                composition.Notices,
                composition.LinkAddresses,
                options.Approval.ToOptions(),
                time),
            Slots,
            composition.Link,
            composition.RootKey.Derive(KeyPurpose.Sad),
            OptionsOf(options),
            time,
            loggers.CreateLogger<SigningService>(),
            new BulkOptions
            {
                MostHashes = options.Bulk.MostHashes,
                MostOpen = options.Bulk.MostOpen,
                OpenLifetime = TimeSpan.FromSeconds(options.Bulk.OpenSeconds),
            },
            Access);
        Tokens = new AccessTokens(composition.Store, time, clients: composition.Clients, access: Access);
        Enrolment = composition.CreateEnrolment(Tokens);
        Limits = composition.CreateLimits(Tokens, Signing.Forget);
        Store = composition.Store;
        Clients = CreateClients(composition, options, Tokens);
        SignIn = new SignInService(
            composition.Store,
            composition.Loop,
            composition.PasswordLane,
            Tokens,
            new SignInOptions
            {
                AccessTokenLifetime = TimeSpan.FromSeconds(options.SignIn.AccessTokenSeconds),
                RefreshTokenLifetime = TimeSpan.FromSeconds(options.SignIn.RefreshTokenSeconds),
            },
            time);
    }

    /// <summary>Whether the store is there.</summary>
    public StoreWatch Watch { get; }

    public SlotGroup Slots { get; }

    /// <summary>The same by the names of the settings, with what is missing.</summary>
    public ServingSlots Serving { get; }

    /// <summary>Takes slots out of service and brings them back.</summary>
    public SlotDesk Desk { get; }

    public SigningService Signing { get; }

    public AccessTokens Tokens { get; }

    public SignInService SignIn { get; }

    /// <summary>What takes signers out of service and brings them back.</summary>
    public SignerLimits Limits { get; }

    public Store Store { get; }

    public Enrolment Enrolment { get; }

    /// <summary>False while others may take this node for dead.</summary>
    public bool MayDispatch() => _activations.MayDispatch;

    /// <summary>What client applications may use.</summary>
    public ClientAccess Access { get; }

    /// <summary>Tokens of client applications.</summary>
    public ClientAuthentication Clients { get; }

    /// <summary>
    /// Logs in, unwraps the root key, settles what an earlier run left reserved, opens the sessions.
    /// </summary>
    public static async Task<SigningParts> StartAsync(
        Composition composition, ApplianceOptions options, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        composition.Slots.OpenAll();
        var activations = await Activations.StartAsync(
            composition.Loop,
            composition.RootKey.Derive(KeyPurpose.ActivationRows),
            Stores.Lease(options.Store),
            composition.Time,
            cancellationToken);
        activations.Packages.Options = PackageNotices.Create(composition, options.Packages);
        return new SigningParts(composition, options, activations, loggers);
    }

    /// <summary>
    /// Finishes what is queued at the token, then closes the sessions. The commit loop must still run.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        Watch.Dispose();
        Signing.Dispose();
        await Desk.DisposeAsync();
        await Serving.DisposeAsync();
        Slots.Dispose();
        await _activations.DisposeAsync();
    }

    private static ClientAuthentication CreateClients(
        Composition composition, ApplianceOptions options, AccessTokens tokens) => new(
        composition.Store,
        composition.Loop,
        composition.Clients,
        tokens,
        new ClientOptions
        {
            AccessTokenLifetime = TimeSpan.FromSeconds(options.Clients.AccessTokenSeconds),
            Audiences = options.Clients.AudiencesWith(options.Info),
            AssertionLifetime = TimeSpan.FromSeconds(options.Clients.AssertionSeconds),
            ClockSkew = TimeSpan.FromSeconds(options.Clients.ClockSkewSeconds),
        },
        composition.Time);

    private static SlotGroupOptions SlotOptionsOf(Composition composition, ApplianceOptions options) => new()
    {
        SessionsOf = composition.Slots.SessionsOf,
        AdaptiveConcurrency = options.Token.AdaptiveConcurrency,
        QueueLimit = options.Limits.MostInWork(),
        MakeProbeKeys = true,
        WrappedOwners = options.Keys.WrappedOwners,
        WrappedKeyCache = options.Keys.WrappedCache,
        VerifyOneIn = options.Token.VerifyOneIn,
        CallLimit = TimeSpan.FromSeconds(options.Token.CallLimitSeconds),
        Dispatch = options.Token.Dispatch == "inline" ? SlotDispatch.Inline : SlotDispatch.Workers,
    };

    private static SigningOptions OptionsOf(ApplianceOptions options) => new()
    {
        SadLifetime = TimeSpan.FromSeconds(options.Signing.SadLifetimeSeconds),
        ActivationLifetime = AtLeastOneSad(options.Signing, options.Signing.ActivationLifetimeSeconds),
        SealActivationLifetime = AtLeastOneSad(options.Signing, options.Signing.SealActivationLifetimeSeconds),
        TlsLoginSignatures = options.Packages.TlsLoginSignatures,
        TlsLoginLifetime = TimeSpan.FromSeconds(options.Packages.TlsLoginSeconds),
        TlsLoginsPerDay = options.Packages.TlsLoginsPerDay,
        OutcomeLifetime = TimeSpan.FromHours(options.Signing.OutcomeHours),
        ClientTimestampsPerDay = options.Timestamping.ClientsPerDay,
    };

    private static TimeSpan AtLeastOneSad(SigningSettings settings, int seconds)
        => TimeSpan.FromSeconds(Math.Max(settings.SadLifetimeSeconds, seconds));
}
