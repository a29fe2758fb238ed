namespace Appliance.Server.Options;

/// <summary>Transactions that are paid for, and TLS logins, which may not be.</summary>
internal sealed class PackageSettings
{
    /// <summary>
    /// When signers are told that a package runs out: what is left in per cent of all that was granted, comma-separated
    /// numbers of 0 to 100; empty for never. Default 10,0.
    /// </summary>
    public string LowPercents { get; set; } = "10,0";

    /// <summary>
    /// How long a signature may wait for the time stamp that it covers, 1 to 8,760 h. Default 168, a week.
    /// </summary>
    public int CoverHours { get; set; } = 168;

    /// <summary>
    /// The algorithms of time stamps' imprints for which digests of signatures are kept, comma-separated: SHA-256,
    /// SHA-384, SHA-512, SHA3-256, SHA3-384, SHA3-512. A time stamp with another one is a transaction of its own.
    /// Default SHA-256,SHA-384,SHA-512.
    /// </summary>
    public string Imprints { get; set; } = "SHA-256,SHA-384,SHA-512";

    /// <summary>Whether TLS logins take no transactions. Default true.</summary>
    public bool TlsLoginsFree { get; set; } = true;

    /// <summary>Most signatures of one TLS login, 1 to 64. Default 8.</summary>
    public int TlsLoginSignatures { get; set; } = 8;

    /// <summary>How long a TLS login may take, 10 to 120 s. Default 120.</summary>
    public int TlsLoginSeconds { get; set; } = 120;

    /// <summary>Most TLS logins of a signer on a day (UTC), 1 to 10,000. Default 50.</summary>
    public int TlsLoginsPerDay { get; set; } = 50;
}
