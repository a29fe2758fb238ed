using Appliance.Server.Csc.Fields;

namespace Appliance.Server.Csc.Rules;

/// <summary>The rules of parameters that several methods take.</summary>
internal static class CommonRules
{
    /// <summary>Longest SAD that a client may send; ours are shorter.</summary>
    public const int SadLimit = 1_024;

    public static CscError? ReadCredentialId(FieldText field, out Guid id)
    {
        id = default;
        if (!field.IsPresent)
        {
            return CscErrors.MissingString("credentialID");
        }

        return Guid.TryParseExact(field.Value, "D", out id) ? null : CscErrors.InvalidParameter("credentialID");
    }

    public static CscError? CheckSad(FieldText field)
    {
        if (!field.IsPresent)
        {
            return CscErrors.MissingString("SAD");
        }

        return field.Value.Length <= SadLimit ? null : CscErrors.InvalidParameter("SAD");
    }

    /// <summary>The selectors of credentials/info and of version 2's credentials/list.</summary>
    public static CscError? ReadSelectors(
        FieldText certificates, FieldFlag certInfo, FieldFlag authInfo, out CredentialSelectors selectors)
    {
        var which = (certificates.State, certificates.Value) switch
        {
            (FieldState.Absent, _) => CertificateSelection.Single,
            (FieldState.Present, "none") => CertificateSelection.None,
            (FieldState.Present, "single") => CertificateSelection.Single,
            (FieldState.Present, "chain") => CertificateSelection.Chain,
            _ => (CertificateSelection?)null,
        };
        selectors = new CredentialSelectors(which ?? default, certInfo.IsSet, authInfo.IsSet);
        if (which is null)
        {
            return CscErrors.InvalidParameter("certificates");
        }

        return CheckFlag(certInfo, "certInfo") ?? CheckFlag(authInfo, "authInfo");
    }

    public static CscError? CheckFlag(FieldFlag field, string name)
        => field.IsWrongType ? CscErrors.InvalidParameter(name) : null;
}
