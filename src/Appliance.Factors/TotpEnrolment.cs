using System.Security.Cryptography;

namespace Appliance.Factors;

/// <summary>
/// A factor just made, with the secret that the signer's application must learn. The secret exists in clear only here:
/// show it once, then dispose of it.
/// </summary>
public sealed class TotpEnrolment : IDisposable
{
    private readonly byte[] _secret;

    internal TotpEnrolment(Guid factorId, byte[] secret, string accountName, TotpOptions options)
    {
        FactorId = factorId;
        _secret = secret;
        AccountName = accountName;
        Issuer = options.Issuer;
        Algorithm = options.Algorithm;
        Digits = options.Digits;
        Period = options.Period;
    }

    /// <summary>The pending factor's id.</summary>
    public Guid FactorId { get; }

    /// <summary>Whose account the application shows.</summary>
    public string AccountName { get; }

    /// <summary>Who the application shows as issuer.</summary>
    public string Issuer { get; }

    /// <summary>The HMAC hash.</summary>
    public TotpAlgorithm Algorithm { get; }

    /// <summary>Digits of a code.</summary>
    public int Digits { get; }

    /// <summary>Seconds that a code lasts.</summary>
    public int Period { get; }

    /// <summary>The raw secret; zeroes after <see cref="Dispose"/>.</summary>
    public ReadOnlySpan<byte> Secret => _secret;

    /// <summary>The secret as a person types it: Base32 without padding.</summary>
    public string SecretText() => Base32.Encode(_secret);

    /// <summary>
    /// The otpauth:// URI that a QR code carries (Key Uri Format of Google Authenticator, read by Microsoft
    /// Authenticator too): <c>otpauth://totp/ISSUER:ACCOUNT?secret=...</c> with issuer, algorithm, digits and period.
    /// </summary>
    public string Uri()
    {
        var issuer = System.Uri.EscapeDataString(Issuer);
        var account = System.Uri.EscapeDataString(AccountName);
        var algorithm = Totp.HashName(Algorithm).Name;
        return string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"otpauth://totp/{issuer}:{account}?secret={SecretText()}&issuer={issuer}&algorithm={algorithm}"
            + $"&digits={Digits}&period={Period}");
    }

    /// <summary>Zeroes the secret.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_secret);
}
