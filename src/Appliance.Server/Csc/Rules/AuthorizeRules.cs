using System.Globalization;
using Appliance.Server.Csc.Fields;
using Appliance.Server.Csc.Inputs;
using Appliance.Signing;

namespace Appliance.Server.Csc.Rules;

/// <summary>
/// From what a client sent to an <see cref="AuthorizeRequest"/>, or the error of the first wrong parameter.
/// </summary>
internal static class AuthorizeRules
{
    /// <summary>Most characters of a description (CSC API v1 11.6, v2 11.6).</summary>
    private const int DescriptionLimit = 500;

    public static CscError? Read(
        AuthorizeInput input, CscVersion version, Caller caller, out Guid? named, out AuthorizeRequest? request)
    {
        request = null;
        var error = CommonRules.ReadCredentialId(input.CredentialId, out var credentialId);
        named = error is null ? credentialId : null;
        if (error is not null || (error = CheckCount(input.NumSignatures)) is not null)
        {
            return error;
        }

        var (hashes, algorithm) = HashRules.Choose(
            version, input.Hash, input.Hashes, input.HashAlgo, input.HashAlgorithmOid);
        error = HashRules.Check(hashes, HashRules.HashName(version));
        if (error is not null)
        {
            return error;
        }

        if (algorithm.IsWrongType)
        {
            return CscErrors.MissingString(HashRules.AlgorithmName(version));
        }

        var factors = SuppliedFactors.None;
        error = PurposeRules.Read(input.Purpose, out var purpose)
            ?? FactorRules.Read(version, input.Pin, input.Otp, input.AuthData, out factors);
        if (error is not null)
        {
            return error;
        }

        if (input.Description.IsWrongType || input.Description.ValueOrNull?.Length > DescriptionLimit)
        {
            return CscErrors.InvalidParameter("description");
        }

        request = new AuthorizeRequest
        {
            Caller = caller,
            Purpose = purpose,
            CredentialId = credentialId,
            SignatureCount = (int)Math.Min(input.NumSignatures.Value, int.MaxValue),
            Hashes = hashes.Values,
            HashAlgorithm = algorithm.ValueOrNull,
            Factors = factors,
            Description = Plain(input.Description.ValueOrNull ?? ""),
            Waits = version == CscVersion.V1,
        };
        return null;
    }

    private static CscError? CheckCount(FieldNumber count)
    {
        if (!count.IsPresent)
        {
            return CscErrors.MissingInteger("numSignatures");
        }

        return count.Value < 1 ? StatusTable.ErrorFor(SigningStatus.SignatureCountInvalid, CscVersion.V1) : null;
    }

    /// <summary>
    /// What the signer may be shown: plain text of one line or several. Other control and format characters, such as
    /// those that turn the direction of writing, would let a text look like another.
    /// </summary>
    private static string Plain(string text)
        => string.Create(text.Length, text, static (plain, text) =>
        {
            for (var i = 0; i < plain.Length; i++)
            {
                var category = char.GetUnicodeCategory(text[i]);
                plain[i] = text[i] != '\n'
                    && category is UnicodeCategory.Control or UnicodeCategory.Format
                        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                    ? ' '
                    : text[i];
            }
        });
}
