using Appliance.Server.Enrolments;
using Google.Protobuf;
using Proto = Appliance.V1;

namespace Appliance.Server.Grpc;

/// <summary>The answers of enrolment as messages.</summary>
internal static class EnrolmentMessages
{
    public static Proto.SentCode Code(FactorAnswer answer) => new()
    {
        Sent = answer.Sent ?? false,
        SentTo = answer.SentTo ?? "",
        ExpiresAt = answer.ExpiresAt ?? 0,
        ResendAt = answer.ResendAt ?? 0,
    };

    public static Proto.FactorStatusResponse Status(FactorAnswer answer)
    {
        var message = new Proto.FactorStatusResponse
        {
            SignerId = answer.SignerId,
            Totp = answer.Totp,
            Pin = answer.Pin,
            Password = answer.Password ?? false,
        };
        if (answer.Email is { } email)
        {
            message.Email = email;
        }

        if (answer.Phone is { } phone)
        {
            message.Phone = phone;
        }

        return message;
    }

    public static Proto.InviteResponse Invited(FactorAnswer answer)
        => new() { SentTo = answer.SentTo ?? "", LinkExpiresAt = answer.LinkExpiresAt ?? 0 };

    public static Proto.OpenLinkResponse Opened(FactorAnswer answer)
    {
        var message = new Proto.OpenLinkResponse
        {
            Purpose = answer.Purpose,
            Confirmed = answer.Confirmed ?? false,
            LinkExpiresAt = answer.LinkExpiresAt ?? 0,
        };
        if (answer.ExpiresAt is not null)
        {
            message.Code = Code(answer);
        }

        if (answer.UserName is { } userName)
        {
            message.UserName = userName;
        }

        if (answer.DisplayName is { } displayName)
        {
            message.DisplayName = displayName;
        }

        if (answer.Phone is { } phone)
        {
            message.Phone = phone;
        }

        return message;
    }

    public static Proto.ConfirmResponse Confirmed(FactorAnswer answer)
    {
        var message = new Proto.ConfirmResponse();
        if (answer is { OtpauthUri: { } uri, Secret: { } secret, QrSvg: { } svg, QrPng: { } png })
        {
            message.OtpauthUri = uri;
            message.Secret = secret;
            message.QrSvg = svg;
            message.QrPng = ByteString.CopyFrom(png);
        }

        return message;
    }
}
