using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Pkcs11;

namespace Appliance.Signing.Provisioning;

/// <summary>
/// Makes keys of time-stamping units, each with a certificate of the demo CA or a request for another CA. What they say
/// is what RFC 3161 section 2.3 and EN 319 422 clause 6 ask of a unit: extended key usage critical and timeStamping
/// alone, key usage for signatures.
/// </summary>
/// <param name="token">Logged in.</param>
/// <param name="authority">The demo CA; null where there is none, and requests alone can be made.</param>
/// <param name="time">The clock.</param>
public sealed class TimestampKeys(Token token, DemoAuthority? authority, TimeProvider time)
{
    /// <summary>What the label of a unit's key begins with, unless an operator gives another.</summary>
    public const string LabelPrefix = "tsa ";

    /// <summary>id-kp-timeStamping (RFC 3161 section 2.3).</summary>
    internal const string Purpose = "1.3.6.1.5.5.7.3.8";

    private const string PrivateKeyUsagePeriod = "2.5.29.16";

    /// <summary>For verifiers whose clock is a little behind; the key is not used before it is made.</summary>
    private static readonly TimeSpan s_backdate = TimeSpan.FromMinutes(5);

    /// <summary>What can be said of an order before a key is made; the token tells whether the label is free.</summary>
    /// <exception cref="ProvisioningException">It cannot be met.</exception>
    public void Check(TimestampKeyOrder order)
    {
        ArgumentNullException.ThrowIfNull(order);
        if (order.Algorithm == KeyAlgorithm.EcP521)
        {
            throw new ProvisioningException("A unit's key is RSA, P-256 or P-384; choose one of these.");
        }

        if (string.IsNullOrWhiteSpace(order.Label) || order.Label.Length > KeyReference.MaxLabelLength)
        {
            throw new ProvisioningException(FormattableString.Invariant(
                $"The label of a unit's key has 1 to {KeyReference.MaxLabelLength} characters."));
        }

        if (order.Years is < 1 or > DemoAuthority.TimestampYearsLimit)
        {
            const int Most = DemoAuthority.TimestampYearsLimit;
            throw new ProvisioningException(FormattableString.Invariant(
                $"A unit's certificate is valid for 1 to {Most} years, not {order.Years}."));
        }

        if (order.KeyYears < 1 || order.KeyYears > order.Years)
        {
            throw new ProvisioningException(FormattableString.Invariant(
                $"A unit's key is used for 1 to {order.Years} years, those of its certificate, not {order.KeyYears}."));
        }

        if (!order.SigningRequest && authority is null)
        {
            throw new ProvisioningException(
                "There is no demo CA in this store; run `appliance init` or ask for a CSR (--csr).");
        }

        _ = order.Subject.ToDistinguishedName();
        if (token.FindKeys(label: order.Label).Count > 0)
        {
            throw new ProvisioningException(
                $"The token has a key \"{order.Label}\" already, which stays as it is; choose another name or --key.");
        }
    }

    /// <summary>Makes the key, and its certificate or request.</summary>
    /// <exception cref="ProvisioningException">The order cannot be met; nothing was left behind.</exception>
    public TimestampKey Create(TimestampKeyOrder order)
    {
        Check(order);
        var id = RandomNumberGenerator.GetBytes(16);
        var spki = token.GenerateKeyPair(order.Algorithm, id, order.Label);
        var key = new KeyReference(id, order.Label, spki);
        try
        {
            // Another may have made one meanwhile: ids differ, so the token does not mind.
            if (token.FindKeys(label: order.Label).Count(found => found.Class == TokenKeyClass.Private) > 1)
            {
                throw new ProvisioningException($"Another key \"{order.Label}\" was made at the same time; try again.");
            }

            if (order.SigningRequest)
            {
                return new TimestampKey(key, [], Request(order, key));
            }

            var now = time.GetUtcNow();
            var extensions = Extensions(key);
            if (order.KeyYears is { } years)
            {
                extensions.Add(UsagePeriod(now.Add(-s_backdate), now.AddYears(years)));
            }

            var leaf = authority!.IssueForTimestamping(
                spki, order.Subject, extensions, now.Add(-s_backdate), now.AddYears(order.Years));
            return new TimestampKey(key, [leaf, authority.Certificate], SigningRequest: null);
        }
        catch
        {
            token.DestroyKey(id, order.Label);
            throw;
        }
    }

    /// <summary>Destroys a key pair that nobody was told of.</summary>
    public void Discard(TimestampKey made)
    {
        ArgumentNullException.ThrowIfNull(made);
        token.DestroyKey(made.Key.Id.Span, made.Key.Label);
    }

    /// <summary>A PKCS#10 request (RFC 2986) that asks for the extensions, signed by the key itself.</summary>
    private byte[] Request(TimestampKeyOrder order, KeyReference key)
    {
        var request = new CertificateRequest(
            order.Subject.ToDistinguishedName(),
            PublicKey.CreateFromSubjectPublicKeyInfo(key.SubjectPublicKeyInfo.Span, out _),
            TokenSignatureGenerator.HashFor(order.Algorithm));
        foreach (var extension in Extensions(key))
        {
            request.CertificateExtensions.Add(extension);
        }

        return request.CreateSigningRequest(new TokenSignatureGenerator(token, key));
    }

    private static List<X509Extension> Extensions(KeyReference key) =>
    [
        new X509BasicConstraintsExtension(false, false, 0, true),
        new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true),
        new X509EnhancedKeyUsageExtension([new Oid(Purpose)], true),
        new X509SubjectKeyIdentifierExtension(
            PublicKey.CreateFromSubjectPublicKeyInfo(key.SubjectPublicKeyInfo.Span, out _), false),
    ];

    /// <summary>PrivateKeyUsagePeriod (RFC 3280 section 4.2.1.4), IMPLICIT tags, to the second.</summary>
    private static X509Extension UsagePeriod(DateTimeOffset from, DateTimeOffset to)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteGeneralizedTime(from, omitFractionalSeconds: true, new Asn1Tag(TagClass.ContextSpecific, 0));
            writer.WriteGeneralizedTime(to, omitFractionalSeconds: true, new Asn1Tag(TagClass.ContextSpecific, 1));
        }

        return new X509Extension(PrivateKeyUsagePeriod, writer.Encode(), critical: false);
    }
}
