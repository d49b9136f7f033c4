"""What gives Label Studio's first user another password and token; it runs in Label Studio's own Python.

Label Studio reads them only at its first start, and keeps them in its database. They are a line of the
standard input, separated by a space. Where there is no user yet, the first start makes one.
"""

CHANGE = """
import os, sys
import django
import label_studio
sys.path.insert(0, os.path.dirname(label_studio.__file__))
os.environ["DJANGO_SETTINGS_MODULE"] = "label_studio.core.settings.label_studio"
django.setup()
from rest_framework.authtoken.models import Token
from users.models import User
password, token = sys.stdin.read().split()
for user in User.objects.filter(email=os.environ["LABEL_STUDIO_USERNAME"]):
    user.set_password(password)
    user.save()
    Token.objects.filter(user=user).update(key=token)
"""
