using Appliance.Identity;
using Appliance.Server.Csc;
using Appliance.Server.Csc.Answers;
using Appliance.Server.Csc.Views;
using Appliance.Signing;
using Google.Protobuf;
using Proto = Csc.V2;

namespace Appliance.Server.Grpc;

/// <summary>What the operations give, as answers of csc.v2; of what is text, version 2's JSON is the model.</summary>
internal static class ProtoAnswers
{
    public static Proto.ServiceInfoResponse From(InfoAnswerV2 info)
    {
        var response = new Proto.ServiceInfoResponse
        {
            Specs = info.Specs,
            Name = info.Name,
            Logo = info.Logo,
            Region = info.Region,
            Lang = info.Lang,
            Description = info.Description,
            Oauth2 = info.OAuth2,
            AsynchronousOperationMode = info.AsynchronousOperationMode,
            ValidationInfo = info.ValidationInfo,
            SignAlgorithms = new Proto.SignAlgorithms(),
            SignatureFormats = new Proto.SignatureFormats(),
        };
        response.AuthType.Add(info.AuthType);
        response.Methods.Add(info.Methods);
        response.SignAlgorithms.Algos.Add(info.SignAlgorithms.Algos);
        return response;
    }

    public static Proto.LoginResponse From(LoginResult result)
    {
        var response = new Proto.LoginResponse { AccessToken = result.AccessToken, ExpiresIn = result.ExpiresIn };
        if (result.RefreshToken is not null)
        {
            response.RefreshToken = result.RefreshToken;
        }

        return response;
    }

    public static Proto.ListCredentialsResponse From(CredentialList list, string lang)
    {
        var answer = CredentialView.ListVersion2(list, lang);
        var response = new Proto.ListCredentialsResponse();
        response.CredentialIds.Add(answer.CredentialIds);
        response.CredentialInfos.Add((answer.CredentialInfos ?? []).Select(From));
        if (answer.OnlyValid is { } onlyValid)
        {
            response.OnlyValid = onlyValid;
        }

        return response;
    }

    public static Proto.CredentialInfo From(CredentialAnswerV2 answer)
    {
        var response = new Proto.CredentialInfo
        {
            Key = From(answer.Key),
            Cert = From(answer.Cert),
            Auth = From(answer.Auth),
            Scal = answer.Scal,
            Multisign = answer.Multisign,
            Lang = answer.Lang,
        };
        if (answer.CredentialId is not null)
        {
            response.CredentialId = answer.CredentialId;
        }

        if (answer.Description is not null)
        {
            response.Description = answer.Description;
        }

        return response;
    }

    public static Proto.AuthorizeResponse From(AuthorizeResult result) => result.Handle is { } handle
        ? new() { Handle = handle }
        : new() { Sad = result.Sad, ExpiresIn = result.ExpiresIn };

    public static Proto.ExtendTransactionResponse Extended(AuthorizeResult result)
        => new() { Sad = result.Sad, ExpiresIn = result.ExpiresIn };

    public static Proto.SignHashResponse From(IReadOnlyList<byte[]> signatures)
    {
        var response = new Proto.SignHashResponse();
        response.Signatures.Capacity = signatures.Count;
        for (var i = 0; i < signatures.Count; i++)
        {
            // Nobody writes to a signature once it was made.
            response.Signatures.Add(UnsafeByteOperations.UnsafeWrap(signatures[i]));
        }

        return response;
    }

    private static Proto.KeyInfo From(KeyAnswer key)
    {
        var response = new Proto.KeyInfo { Status = key.Status, Len = key.Len };
        response.Algo.Add(key.Algo);
        if (key.Curve is not null)
        {
            response.Curve = key.Curve;
        }

        return response;
    }

    private static Proto.CertificateInfo From(CertificateAnswer certificate)
    {
        var response = new Proto.CertificateInfo
        {
            IssuerDn = certificate.IssuerDn,
            SubjectDn = certificate.SubjectDn,
        };
        response.Certificates.Add((certificate.Certificates ?? []).Select(der => ByteString.CopyFrom(der)));
        if (certificate.Status is not null)
        {
            response.Status = certificate.Status;
        }

        if (certificate.SerialNumber is not null)
        {
            response.SerialNumber = certificate.SerialNumber;
        }

        if (certificate.ValidFrom is not null)
        {
            response.ValidFrom = certificate.ValidFrom;
        }

        if (certificate.ValidTo is not null)
        {
            response.ValidTo = certificate.ValidTo;
        }

        return response;
    }

    private static Proto.AuthInfo From(AuthAnswer auth)
    {
        var response = new Proto.AuthInfo { Mode = auth.Mode };
        if (auth.Expression is not null)
        {
            response.Expression = auth.Expression;
        }

        response.Objects.Add((auth.Objects ?? []).Select(From));
        return response;
    }

    private static Proto.AuthObject From(AuthObjectAnswer item)
    {
        var response = new Proto.AuthObject { Type = item.Type, Id = item.Id, Label = item.Label };
        if (item.Format is not null)
        {
            response.Format = item.Format;
        }

        if (item.Generator is not null)
        {
            response.Generator = item.Generator;
        }

        return response;
    }
}
