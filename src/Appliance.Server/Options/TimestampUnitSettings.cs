using Appliance.Signing.Provisioning;

namespace Appliance.Server.Options;

/// <summary>One time-stamping unit: a key in the token, its certificate, and what it promises.</summary>
internal sealed class TimestampUnitSettings
{
    /// <summary>CKA_LABEL of the key pair in the token. Default: <c>tsa NAME</c>.</summary>
    public string? Key { get; set; }

    /// <summary>
    /// PEM file: the unit's certificate, then those that answers carry beside it (certReq). Required.
    /// </summary>
    public string Certificates { get; set; } = "";

    /// <summary>
    /// Policy of tokens whose request names none, dotted decimal. Default 0.4.0.2023.1.1, the best-practices policy
    /// of EN 319 421.
    /// </summary>
    public string Policy { get; set; } = "0.4.0.2023.1.1";

    /// <summary>Policies that a request may name beside it, separated by commas. Default: none.</summary>
    public string? AcceptedPolicies { get; set; }

    /// <summary>
    /// The accuracy that tokens declare and the clock must keep, microseconds, 1 to 60,000,000. Default 1,000,000.
    /// </summary>
    public int AccuracyMicroseconds { get; set; } = 1_000_000;

    /// <summary>Must be false: tokens of several sessions and nodes have no order by time alone.</summary>
    public bool Ordering { get; set; }

    /// <summary>
    /// Hash algorithms of imprints, separated by commas: SHA256, SHA384, SHA512, SHA3-256, SHA3-384, SHA3-512. Default:
    /// all of them.
    /// </summary>
    public string? Hashes { get; set; }

    /// <summary>Name the unit in the tsa field, by the subject of its certificate. Default true.</summary>
    public bool Named { get; set; } = true;

    /// <summary>
    /// A qualified unit: tokens carry id-etsi-tsts-EuQCompliance, and NTP servers are required. Default false.
    /// </summary>
    public bool Qualified { get; set; }

    /// <summary>
    /// What must agree before a token is issued, separated by commas: <c>kernel</c> (adjtimex), <c>ntp</c> (the servers
    /// of Timestamping:Clock), <c>operator</c> (an operator's word). The wall clock's own watch always does. Default
    /// operator.
    /// </summary>
    public string ClockSources { get; set; } = "operator";

    /// <summary>Hash of the signature: SHA256, SHA384, SHA512. Default: that which fits the key.</summary>
    public string? SignatureHash { get; set; }

    /// <summary>Must be false: <c>openssl ts</c> cannot verify tokens signed by RSASSA-PSS.</summary>
    public bool Pss { get; set; }

    /// <summary>One signature in so many is verified before it leaves, the first one always. Default 1,000.</summary>
    public int VerifyOneIn { get; set; } = 1_000;

    /// <summary>Who may have time stamps: <c>open</c> (anybody) or <c>clients</c> (with an access token). Default
    /// open.</summary>
    public string Access { get; set; } = "open";

    /// <summary>
    /// Stamp only what belongs to a transaction of the caller: a signature that was paid for, or one more transaction
    /// of its package. Needs Access clients. Default false.
    /// </summary>
    public bool RequireTransaction { get; set; }

    /// <summary>Whether anybody may have time stamps.</summary>
    internal bool IsOpen => Access == "open";

    /// <summary>The label of the key of the unit of that name.</summary>
    public string LabelFor(string name) => Key ?? UsualLabel(name);

    /// <summary>The label of a unit's key where the settings name none.</summary>
    public static string UsualLabel(string name) => TimestampKeys.LabelPrefix + name;
}
