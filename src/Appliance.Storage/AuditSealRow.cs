namespace Appliance.Storage;

/// <summary>A seal over the audit trail.</summary>
/// <param name="Number">From 1, without gaps.</param>
/// <param name="At">Unix milliseconds.</param>
/// <param name="Body">What it covers, in the form that is signed.</param>
/// <param name="Hash">SHA-256 of <paramref name="Body"/>; the next seal names it.</param>
/// <param name="Signature">ECDSA over <paramref name="Hash"/> by a key of the token, DER (RFC 3279, 2.2.3).</param>
/// <param name="Timestamp">A time-stamp token (RFC 3161) over the signature, where there is an authority.</param>
public sealed record AuditSealRow(
    long Number, long At, byte[] Body, byte[] Hash, byte[] Signature, byte[]? Timestamp = null);
