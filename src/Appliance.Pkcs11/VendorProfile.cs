using Appliance.Pkcs11.Policy;

namespace Appliance.Pkcs11;

/// <summary>
/// What is known of a vendor's modules and tokens beyond what they tell of themselves. Chosen by what module and token
/// say (<see cref="For"/>), or by name.
/// </summary>
public sealed record VendorProfile
{
    /// <summary>For whatever no other profile is for.</summary>
    public static VendorProfile Default { get; } = ProfileCatalog.Default();

    /// <summary>SoftHSM 2.</summary>
    public static VendorProfile SoftHsm2 { get; } = ProfileCatalog.SoftHsm2();

    /// <summary>Thales Luna.</summary>
    public static VendorProfile Luna { get; } = ProfileCatalog.Luna();

    /// <summary>Entrust nShield.</summary>
    public static VendorProfile NShield { get; } = ProfileCatalog.NShield();

    /// <summary>Utimaco.</summary>
    public static VendorProfile Utimaco { get; } = ProfileCatalog.Utimaco();

    /// <summary>AWS CloudHSM.</summary>
    public static VendorProfile AwsCloudHsm { get; } = ProfileCatalog.AwsCloudHsm();

    /// <summary>YubiHSM 2.</summary>
    public static VendorProfile YubiHsm2 { get; } = ProfileCatalog.YubiHsm2();

    /// <summary>Kryoptic.</summary>
    public static VendorProfile Kryoptic { get; } = ProfileCatalog.Kryoptic();

    /// <summary>NSS softokn.</summary>
    public static VendorProfile Nss { get; } = ProfileCatalog.Nss();

    /// <summary>p11-kit's client, whatever token is behind its server.</summary>
    public static VendorProfile P11Kit { get; } = ProfileCatalog.P11Kit();

    /// <summary>By name only: a module that is not safe to call from two threads.</summary>
    public static VendorProfile Serial { get; } = ProfileCatalog.Serial();

    /// <summary>All; the first that matches is taken, the last matches everything.</summary>
    public static IReadOnlyList<VendorProfile> All { get; } =
        [P11Kit, SoftHsm2, Luna, NShield, Utimaco, AwsCloudHsm, YubiHsm2, Kryoptic, Nss, Serial, Default];

    /// <summary>By it an operator chooses the profile.</summary>
    public required string Name { get; init; }

    /// <summary>Most sessions of one application; null where the token is to say it.</summary>
    public required ProfileValue<int?> MaxSessions { get; init; }

    /// <summary>After so long without a call a session is dead; null for never.</summary>
    public required ProfileValue<TimeSpan?> IdleTimeout { get; init; }

    /// <summary>How often an idle session is to be used, well below the former; null for not at all.</summary>
    public required ProfileValue<TimeSpan?> KeepAlive { get; init; }

    /// <summary>Least time between two C_OpenSession; zero for none.</summary>
    public required ProfileValue<TimeSpan> OpenPace { get; init; }

    /// <summary>Whether several threads may call the module at once; else there is one signing session.</summary>
    public required ProfileValue<bool> IsParallel { get; init; }

    /// <summary>What C_Initialize is told about threads.</summary>
    public required ProfileValue<string> Locking { get; init; }

    /// <summary>Whether C_Finalize and C_Initialize may be called in a process that goes on.</summary>
    public required ProfileValue<bool> MayReinitialize { get; init; }

    /// <summary>
    /// The mechanism that wraps keys by RFC 5649; null where the token's list decides: CKM_AES_KEY_WRAP_KWP, else
    /// CKM_AES_KEY_WRAP_PAD.
    /// </summary>
    public required ProfileValue<uint?> KeyWrapPadded { get; init; }

    /// <summary>Whether an elliptic-curve key is unwrapped only with its public point at hand (CKA_NSS_DB).</summary>
    public required ProfileValue<bool> UnwrapsWithPoint { get; init; }

    internal IReadOnlyList<ProfileMatch> Matches { get; init; } = [];

    /// <summary>The profile of that name; null when there is none.</summary>
    public static VendorProfile? Find(string name)
        => All.FirstOrDefault(profile => string.Equals(profile.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The profile that fits what module and token say of themselves.</summary>
    /// <param name="module">The module.</param>
    /// <param name="token">The token; null where only the module is known.</param>
    public static VendorProfile For(ModuleInfo module, TokenInfo? token)
    {
        ArgumentNullException.ThrowIfNull(module);
        return All.FirstOrDefault(profile => profile.Matches.Any(match => match.Fits(module, token))) ?? Default;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
